import { runCase } from "./suite.ts";

/** The suite in workerd: a case is a request. */
export default {
  async fetch(request) {
    return Response.json(await runCase(await request.json()));
  },
} satisfies ExportedHandler;
