#!/usr/bin/env -S node --max-semi-space-size=2 --single-threaded-gc --initial-old-space-size=24 --heap-growing-percent=50
import "../dist/main.js";
