import type { ProjectId } from "./ids.ts";

/** What an organization works on: a team's token may be for one. */
export interface Project {
  readonly id: ProjectId;
  readonly publicId: string;
  readonly name: string;
  /** epoch seconds, like every time here */
  readonly createdAt: number;
  /** null while it is in use */
  readonly archivedAt: number | null;
}
