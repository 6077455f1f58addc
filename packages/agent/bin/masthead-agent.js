#!/usr/bin/env -S node --max-semi-space-size=2 --optimize-for-size --single-threaded-gc
import "../dist/main.js";
