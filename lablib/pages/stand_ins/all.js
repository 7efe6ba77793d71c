// The panels that live on a page, by the name of their stand-in (`Panel.stand_in`).

import { BeamStandIn } from "./beams.js";
import { ComparisonStandIn } from "./comparing.js";
import { ContrastiveStandIn } from "./contrastive.js";
import { CrossHeadsStandIn } from "./cross_heads.js";
import { EmbeddingsStandIn } from "./embeddings.js";
import { EvidenceStandIn } from "./evidence.js";
import { FillStandIn } from "./fill.js";
import { ForcingStandIn } from "./forcing.js";
import { HeadsStandIn } from "./heads.js";
import { JointStandIn } from "./joint.js";
import { KnobStandIn } from "./knobs.js";
import { LayersStandIn } from "./layers.js";
import { MutingStandIn } from "./muting.js";
import { ProjectionsStandIn } from "./projections.js";
import { ResidualStandIn } from "./residual.js";
import { ScoringStandIn } from "./scoring.js";
import { SentencesStandIn } from "./sentences.js";
import { StepsStandIn } from "./steps.js";
import { TasksStandIn } from "./tasks.js";
import { TokenStandIn } from "./tokens.js";
import { TranslationStandIn } from "./translating.js";
import { WholeStandIn } from "./whole.js";
import { WritingStandIn } from "./writing.js";

export const STAND_INS = {
  beams: BeamStandIn,
  comparison: ComparisonStandIn,
  contrastive: ContrastiveStandIn,
  cross_heads: CrossHeadsStandIn,
  embeddings: EmbeddingsStandIn,
  evidence: EvidenceStandIn,
  fill: FillStandIn,
  forcing: ForcingStandIn,
  heads: HeadsStandIn,
  joint: JointStandIn,
  knobs: KnobStandIn,
  layers: LayersStandIn,
  muting: MutingStandIn,
  projections: ProjectionsStandIn,
  residual: ResidualStandIn,
  scoring: ScoringStandIn,
  sentences: SentencesStandIn,
  steps: StepsStandIn,
  tasks: TasksStandIn,
  tokens: TokenStandIn,
  translation: TranslationStandIn,
  whole: WholeStandIn,
  writing: WritingStandIn,
};
