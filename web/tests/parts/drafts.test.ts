import { beforeEach, expect, it } from "vitest";
import { draftOf, dropDraft, isOthers, keepDraft } from "../../src/parts/drafts";

beforeEach(() => sessionStorage.clear());

it("a draft is kept until it is dropped, and one that changes nothing is none", () => {
  keepDraft("run.a", { base: "x", text: "xy" });
  expect(draftOf("run.a")).toEqual({ base: "x", text: "xy" });
  expect(draftOf("run.b")).toBeNull();
  keepDraft("run.a", { base: "x", text: "x" });
  expect(draftOf("run.a")).toBeNull();
  keepDraft("run.a", { base: "", text: "y" });
  dropDraft("run.a");
  expect(draftOf("run.a")).toBeNull();
});

it("what somebody else stored under its name is no draft", () => {
  sessionStorage.setItem("assay.draft.run.a", "[1");
  expect(draftOf("run.a")).toBeNull();
});

it("what is there is somebody else's unless it is what was there or what was written", () => {
  const draft = { base: "old", text: "mine" };
  expect(["old", "mine", "theirs"].map((now) => isOthers(draft, now))).toEqual([false, false, true]);
});
