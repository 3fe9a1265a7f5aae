import { auditTrailContract } from "./audit-trail.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

auditTrailContract("memory", memoryStorage);
auditTrailContract("D1", d1Storage);
