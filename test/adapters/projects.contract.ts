import { beforeEach, describe, expect, it } from "vitest";
import type { ProjectId } from "../../src/domain/ids.ts";
import { audit, auditedBy, type MakeStorage, NOW, type Registered, registered, type Storage } from "./storage.ts";

/** What every store of projects promises. */
export function projectsContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let ada: Registered;
  let bob: Registered;
  beforeEach(async () => {
    storage = await make();
    ada = await registered(storage, "ada");
    bob = await registered(storage, "bob");
  });
  const create = (of: Registered, publicId: string) =>
    storage.projects.create(
      of.membership.organization.id,
      { publicId, name: `The ${publicId}`, createdAt: NOW, archivedAt: null },
      audit("project.created"),
    );
  const list = (of: Registered, limit = 10, after: ProjectId | null = null) =>
    storage.projects.page(of.membership.organization.id, { limit, after });

  describe(`projects: ${name}`, () => {
    it("are listed in the order in which they were made, each in its organization, in pages", async () => {
      for (const id of ["prj_1", "prj_2", "prj_3"]) await create(ada, id);
      await create(bob, "prj_4");
      const all = await list(ada);
      expect(all.map(({ publicId }) => publicId)).toEqual(["prj_1", "prj_2", "prj_3"]);
      expect(all[0]).toEqual({ ...all[0], name: "The prj_1", createdAt: NOW, archivedAt: null });
      expect(await list(ada, 1)).toEqual(all.slice(0, 2));
      expect(await list(ada, 1, all[1]?.id)).toEqual(all.slice(2));
    });

    it("are found by public id, in their organization alone", async () => {
      await create(ada, "prj_1");
      expect(await storage.projects.byPublicId(ada.membership.organization.id, "prj_1")).toEqual((await list(ada))[0]);
      expect(await storage.projects.byPublicId(bob.membership.organization.id, "prj_1")).toBeNull();
    });

    it("have a default one: the oldest in use", async () => {
      const defaultOf = (of: Registered) => storage.projects.defaultOf(of.membership.organization.id);
      expect(await defaultOf(ada)).toBeNull();
      for (const id of ["prj_1", "prj_2"]) await create(ada, id);
      expect([await defaultOf(ada), await defaultOf(bob)]).toEqual(["prj_1", null]);
      const [first] = await list(ada);
      if (first === undefined) throw new Error("not created");
      await storage.projects.change(first.id, { archivedAt: NOW }, [audit("project.archived")]);
      expect(await defaultOf(ada)).toBe("prj_2");
    });

    it("are changed field by field; all is told", async () => {
      const made = await auditedBy(storage, () => create(ada, "prj_1"));
      const [before] = await list(ada);
      if (before === undefined) throw new Error("not created");
      const entries = [audit("project.renamed"), audit("project.archived")];
      const told = await auditedBy(storage, async () => {
        await storage.projects.change(before.id, { name: "Other" }, entries.slice(0, 1));
        await storage.projects.change(before.id, { archivedAt: NOW + 1 }, entries.slice(1));
      });
      expect([made, told]).toEqual([[audit("project.created")], entries]);
      expect(await list(ada)).toEqual([{ ...before, name: "Other", archivedAt: NOW + 1 }]);
    });
  });
}
