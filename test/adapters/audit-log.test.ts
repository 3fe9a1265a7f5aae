import { auditLogContract } from "./audit-log.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

auditLogContract("memory", memoryStorage);
auditLogContract("D1", d1Storage);
