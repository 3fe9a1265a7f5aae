import * as latchkey from "../../../src/client/index.ts";
import { noted } from "./ground.ts";
import { runCase } from "./suite.ts";

// What a test of Chromium finds on the page.
Object.assign(globalThis, { latchkey, runCase, noted });
