// The panels that live on a page, by the name of their stand-in (`Panel.stand_in`).

import { FillStandIn } from "./fill.js";
import { HeadsStandIn } from "./heads.js";
import { KnobStandIn } from "./knobs.js";
import { TokenStandIn } from "./tokens.js";
import { WritingStandIn } from "./writing.js";

export const STAND_INS = { fill: FillStandIn, heads: HeadsStandIn, knobs: KnobStandIn, tokens: TokenStandIn, writing: WritingStandIn };
