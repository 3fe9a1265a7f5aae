import { failOnScans } from "./plans.ts";

// Before the tests of every file that runs in workerd.
failOnScans();
