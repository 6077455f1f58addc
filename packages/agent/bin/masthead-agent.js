#!/usr/bin/env -S node --max-semi-space-size=2 --single-threaded-gc
import "../dist/main.js";
