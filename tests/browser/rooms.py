"""Every public panel of every room as a notebook shows it: small models, short trainings."""

SHOW = """from IPython.display import display as show

def pressed(panel):
    show(panel)
    panel.button.click()
"""

SLOW = (
    "harm", "run", "transfer", "range", "search", "ladder", "growth", "lenses",
    "from-nothing",
)  # fmt: skip
"""Panels whose work is stopped once its picture is there."""

ROOMS = {
    "sampling": {
        "import": "from lablib import sampling as sp",
        "simple": 'show(sp.knob_panel("The little dog ran to the", "pocket-gpt2", simple=True))',
        "knobs": 'show(sp.knob_panel("Once upon a time", "pocket-gpt2", sp.Knobs(top_p=0.9)))',
        "write": 'show(sp.generation_panel("Once upon a time", "pocket-gpt2"))',
        "same-draws": 'show(sp.comparison_panel("Once upon a time", model="pocket-gpt2"))',
        "constraint": 'show(sp.constraint_panel(kind="JSON", model="pocket-gpt2"))',
        "chat": 'show(sp.chat_panel(model="pocket-gpt2"))',
        "block-list": 'show(sp.block_list_panel(model="pocket-gpt2"))',
        "beams": 'show(sp.beam_panel("Once upon a time", model="pocket-gpt2"))',
        "contrastive": 'show(sp.contrastive_panel(model="pocket-gpt2"))',
        "cache": 'show(sp.cache_panel("Once upon a time", "pocket-gpt2"))',
    },
    "attention": {
        "import": "from lablib import attention as at",
        "steps": 'show(at.steps_panel(layer=3, head=3, model="pocket-gpt2"))',
        "multihead": 'show(at.multihead_panel(layer=3, model="pocket-gpt2"))',
        "positions": 'show(at.positions_panel(model="pocket-gpt2"))',
        "shuffled": 'show(at.positions_panel(view="Shuffle the words", model="pocket-gpt2"))',
        "heads": 'show(at.heads_panel("Once upon a time there was a", model="pocket-gpt2"))',
        "bertviz": 'show(at.bertviz_panel(model="pocket-gpt2"))',
        "writing": 'show(at.writing_panel(model="pocket-gpt2"))',
        "muting": 'show(at.ablation_panel(model="pocket-gpt2"))',
        "corpus": 'show(at.corpus_panel("tale", model="pocket-gpt2"))',
        "layers": 'show(at.layers_panel(model="pocket-gpt2"))',
        "lenses": 'show(at.lenses_panel(model="pocket-gpt2"))',
        "why": 'show(at.why_panel(model="pocket-gpt2"))',
        "pairs": 'show(at.pairs_panel(model="pocket-bert"))',
    },
    "transformer": {
        "import": "from lablib import transformer as tf",
        "whole": 'show(tf.whole_panel(model="pocket-gpt2"))',
        "embeddings": 'show(tf.embeddings_panel(model="pocket-gpt2"))',
        "plane": 'show(tf.embeddings_panel(view="A plane of words", model="pocket-gpt2"))',
        "context": 'show(tf.embeddings_panel("bear", "One word, two sentences", "pocket-gpt2"))',
        "projections": 'show(tf.projections_panel(model="pocket-gpt2"))',
        "residual": 'show(tf.residual_panel(model="pocket-gpt2"))',
        "lengths": 'show(tf.residual_panel(view="Length of the vectors", model="pocket-gpt2"))',
        "units": 'show(tf.residual_panel(view="Feed-forward units", model="pocket-gpt2"))',
        "patching": 'show(tf.patching_panel(model="pocket-gpt2"))',
        "norms": "show(tf.norms_panel())",
    },
    "tokenization": {
        "import": "from lablib import tokenization as tk",
        "tokens": "show(tk.token_panel())",
        "compare": "show(tk.compare_panel())",
        "word": "show(tk.word_panel())",
        "training": "show(tk.training_panel())",
        "languages": "show(tk.language_panel())",
        "vocabulary": "show(tk.vocabulary_panel())",
        "corners": "show(tk.corner_panel())",
    },
    "masking": {
        "import": "from lablib import masking as mk",
        "fill": 'show(mk.fill_panel(model="pocket-bert"))',
        "fill-word": 'show(mk.fill_panel("The [MASK] slept.", "rhinoceros", model="pocket-bert"))',
        "joint": 'show(mk.joint_panel(model="pocket-bert"))',
        "evidence": 'show(mk.evidence_panel(model="pocket-bert"))',
        "sentences": 'show(mk.sentence_panel(model="pocket-bert"))',
        "learning": 'show(mk.learning_panel(model="pocket-bert"))',
        "pretraining": 'show(mk.pretraining_panel(model="pocket-bert"))',
        "masked-training": "pressed(mk.training_panel(steps=20))",
        "curves": "show(mk.curves_panel())",
        "bias": 'show(mk.bias_panel(model="pocket-bert"))',
        "causal": 'show(mk.causal_panel(model="pocket-bert", causal="pocket-gpt2"))',
    },
    "finetuning": {
        "import": "from lablib import finetuning as ft",
        "batch": 'show(ft.batch_panel("logbook", model="pocket-gpt2"))',
        "harm": "pressed(ft.harm_panel())",
        "finetuning": "config = ft.Config(text='cookbook', steps=4)\n"
        "show(ft.training_panel(config, 'glance', 'pocket-gpt2'))",
        "run": "panel = ft.training_panel(config, 'glance', 'pocket-gpt2')\n"
        "show(panel)\npanel.start.click()",
        "runs": 'show(ft.runs_panel("glance"))',
        "before-after": 'pressed(ft.comparison_panel("pocket-gpt2", "pocket-gpt2"))',
        "losses": 'show(ft.loss_panel(before="pocket-gpt2", after="pocket-gpt2"))',
        "same-head": 'show(ft.same_head_panel(before="pocket-gpt2", after="pocket-gpt2"))',
        "over-time": "config = ft.Config(text='cookbook', steps=4, save_every=2, keep=2)\n"
        "past = ft.Run(config, 'glance-past')\npast.start()\npast.wait()\n"
        "show(ft.over_time_panel(run=past))",
        "from-nothing": "pressed(ft.from_nothing_panel(steps=20))",
        "transfer": 'pressed(ft.transfer_panel(steps=1, model="pocket-gpt2"))',
        "range": 'pressed(ft.range_panel(steps=6, model="pocket-gpt2"))',
        "search": 'pressed(ft.search_panel(trials=1, model="pocket-gpt2"))',
        "ladder": 'pressed(ft.ladder_panel(seconds=0.2, model="pocket-gpt2"))',
    },
    "foundations": {
        "import": "from lablib import foundations as fo",
        "ngrams": 'show(fo.ngram_panel(model="pocket-gpt2"))',
        "initialisation": "show(fo.initialisation_panel())",
        "descent": "show(fo.descent_panel())",
        "overfitting": "show(fo.overfitting_panel())",
        "distillation": 'panel = fo.distillation_panel(model="pocket-gpt2")\n'
        "panel.count.value = 10\npressed(panel)",
        "perplexity": 'show(fo.perplexity_panel(model="pocket-gpt2"))',
        "bleu": "show(fo.bleu_panel())",
        "threshold": "show(fo.threshold_panel())",
        "scale": "show(fo.scale_panel())",
        "shrinking": 'show(fo.shrinking_panel(model="pocket-gpt2"))',
    },
    "transfer": {
        "import": "from lablib import transfer as tr",
        "data": "show(tr.data_panel())",
        "classifier": "panel = tr.training_panel()\npanel.epochs.value = 0.1\npressed(panel)",
        "mistakes": "show(tr.mistakes_panel())",
        "judge": "show(tr.judge_panel())",
        "contamination": "show(tr.contamination_panel(every=5))",
        "gate": "show(tr.gate_panel())",
        "filtering": "panel = tr.filtering_panel()\npanel.count.value = 4\npressed(panel)",
        "entities": "panel = tr.entity_panel()\npanel.count.value = 20\npressed(panel)",
        "growth": "panel = tr.growth_panel(seeds=1)\n"
        "panel.largest.value = panel.largest.options[0]\npressed(panel)",
    },
    "seq2seq": {
        "import": "from lablib import seq2seq as ss",
        "translate": 'show(ss.translate_panel(model="pocket-t5"))',
        "cross-heads": 'show(ss.heads_panel(model="pocket-t5"))',
        "mask": "pressed(ss.mask_panel(steps=4))",
        "forcing": 'show(ss.forcing_panel(model="pocket-t5"))',
        "tasks": 'show(ss.tasks_panel(model="pocket-t5"))',
        "score": 'show(ss.score_panel(model="pocket-t5"))',
        "learn": 'show(ss.learn_panel(runs="glance-pairs", model="pocket-t5"))',
    },
}
