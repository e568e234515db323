import { expect, it } from "vitest";
import { sectionsOf } from "../../src/charts/sections";

it("metrics stand in sections by their prefix, those without one first", () => {
  expect(sectionsOf(["val/loss", "lr", "train/loss", "train/acc", "val/acc"], "")).toEqual([
    { name: "Metrics", metrics: ["lr"] },
    { name: "train", metrics: ["train/acc", "train/loss"] },
    { name: "val", metrics: ["val/acc", "val/loss"] },
  ]);
});

it("what would be alone in its section stands in the first one, layers by their numbers", () => {
  const names = ["layer10/grad", "layer2/grad", "loss"];
  expect(sectionsOf(names, "")).toEqual([{ name: "Metrics", metrics: ["layer2/grad", "layer10/grad", "loss"] }]);
});

it("only metrics with the wanted text are there", () => {
  expect(sectionsOf(["train/loss", "val/acc"], " LOSS ").flatMap((one) => one.metrics)).toEqual(["train/loss"]);
});
