"""The methods there are: a short name in, what a person should know of it out."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import InputError

DEFAULT = "integrated gradients"
QUICK = "input x gradient"


@dataclass(frozen=True)
class Method:
    """A way to say what each word adds.

    Attributes:
        name: Short, what commands and addresses call it.
        title: As it is shown.
        help: What it does and when to take it, in a sentence or two.
        has_baseline: Whether a person chooses what texts are compared with.
        promises_sum: Whether its scores should sum to f(x) - f(baseline).
        quick: Whether it needs one pass through the encoder only.
        signed: Whether a score below 0 speaks against the target; else scores only say how much
            the answer hangs on a word.
        random: Whether it draws at random: the same seed gives the same scores.
    """

    name: str
    title: str
    help: str
    has_baseline: bool = False
    promises_sum: bool = False
    quick: bool = False
    signed: bool = True
    random: bool = False


_ALL = (
    Method(
        "integrated gradients",
        "Integrated Gradients",
        "Follows the answer on the way from a text that says nothing to yours and adds up what "
        "each word does. Its scores sum to the answer, so it can be checked.",
        has_baseline=True,
        promises_sum=True,
    ),
    Method(
        "input x gradient",
        "Input x Gradient",
        "The slope of the answer at your text, times the words. Quick and rough: a first look.",
        quick=True,
    ),
    Method(
        "occlusion",
        "Occlusion",
        "Leaves out one word at a time and looks how far the answer moves. Easy to understand; "
        "blind where two words say the same.",
    ),
    Method(
        "masking",
        "Occlusion by MASK",
        "Covers one word at a time with the encoder's MASK token, so that the others keep their "
        "places.",
    ),
    Method(
        "kernelshap",
        "KernelSHAP",
        "Leaves out many random sets of words and shares the answer out fairly (Shapley values). "
        "Slow, and approximate where a text is long.",
        promises_sum=True,
        random=True,
    ),
    Method(
        "lime",
        "LIME",
        "Fits a simple linear model to the answers of the text with random words left out.",
        random=True,
    ),
    Method(
        "deeplift",
        "DeepLift",
        "Compares each unit of the model with what it does for an empty text. Only for models "
        "without attention: draft encoders.",
        promises_sum=True,
        quick=True,
    ),
    Method(
        "gradient",
        "Gradient of the margin",
        "How steeply the answer changes with each word, whichever way: it says where the model is "
        "sensitive, not what speaks for or against.",
        quick=True,
        signed=False,
    ),
    Method(
        "random",
        "Random",
        "Random numbers, as a control: an explanation that is no better than these says nothing.",
        quick=True,
        random=True,
    ),
)
METHODS: dict[str, Method] = {one.name: one for one in _ALL}


def method_called(name: str) -> Method:
    """The method with this short name, or whose title it is.

    Raises:
        InputError: there is none.
    """
    folded = " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
    for one in _ALL:
        if folded in (one.name, one.title.casefold()):
            return one
    known = ", ".join(METHODS)
    raise InputError(f"There is no method '{name[:40]}'; choose from {known}.")
