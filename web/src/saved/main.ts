/** Where a saved page begins: what it holds answers, and it opens on its run, or on the comparison of several. */

import { answerFrom } from "../api/client";
import { savedHead } from "../api/exported";
import { writeList, writeTexts } from "../url/text";
import { Elements } from "./elements";
import { SavedSource } from "./source";

const elements = new Elements(document);
if (savedHead === null || !elements.has("end")) {
  document.body.prepend("This file was cut short: save the page again.");
} else {
  answerFrom(new SavedSource(elements));
  if (location.hash.length < 2) location.replace(`#${firstPlace(savedHead.runs)}`);
  void import("../main");
}

function firstPlace(runs: readonly string[]): string {
  return runs.length === 1 ? `/runs/${runs[0]}` : `/compare${writeTexts({ runs: writeList(runs) })}`;
}
