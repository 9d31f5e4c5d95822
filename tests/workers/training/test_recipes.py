"""Training data is the same in every process, and so are the stored models. Fitting itself needs scikit-learn."""

import hashlib
import os
import subprocess
import sys
from random import Random

from workers.checks.model import model_file
from workers.checks.model.linear import Linear
from workers.training.spam_today import calm_today, spam_today

LESSONS = """
import hashlib
from workers.checks.models import features
from workers.training.spam_today import calm_today, spam_today
from workers.training.synthetic import blog_spam, calm_about_people, calm_asking, calm_pointing
told = hashlib.sha256()
for example in (*blog_spam(200), *calm_pointing(200), *calm_asking(200), *spam_today(200), *calm_today(200), *list(calm_about_people())[:200]):
    told.update(repr((example, sorted(features(example.prepared())))).encode())
print(told.hexdigest())
"""


def test_what_is_learned_from_is_the_same_in_every_process():
    digests = {
        subprocess.run(
            [sys.executable, "-c", LESSONS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64


def test_a_margin_is_the_same_in_whatever_order_features_come():
    chance = Random(8)
    weights = {f"_word{n}": (chance.uniform(-2, 2), chance.uniform(0.1, 9)) for n in range(400)}
    model = Linear(weights, -0.4)
    margins = {model.margin(sorted(weights, key=lambda _: chance.random())) for _ in range(20)}
    assert len(margins) == 1


def test_the_same_models_are_stored_as_the_same_bytes_in_whatever_order_they_come():
    chance = Random(4)
    weights = {f"_word{n}": (chance.uniform(-2, 2), chance.uniform(0.1, 9)) for n in range(400)}
    stored = set()
    for seed in range(3):
        order = list(weights)
        Random(seed).shuffle(order)
        model = Linear({name: weights[name] for name in order}, -0.4, 1.2, 0.3)
        stored.add(hashlib.sha256(model_file.packed(model, model)).hexdigest())
    assert len(stored) == 1


def test_templates_that_are_kept_apart_are_never_taught():
    for sentences in (spam_today, calm_today):
        taught, apart = ({example.text for example in sentences(1500, apart=kept)} for kept in (False, True))
        assert len(taught & apart) / len(apart) < 0.02, sentences.__name__
