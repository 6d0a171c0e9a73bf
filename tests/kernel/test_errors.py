"""What a refusal carries, how it reads and how its code is found."""

from __future__ import annotations

import pickle

import pytest

from entrepot.kernel.errors import (
    BadInput,
    Conflict,
    DomainError,
    NotFound,
    Refused,
    error_codes,
)


def on_hold(**more):
    return Refused(
        "subscription_on_hold",
        "{object} is on hold since {since}.",
        object="SUB-204311",
        next_step="Release {object} first.",
        since="1 March",
        **more,
    )


def test_a_refusal_names_the_object_the_cause_and_the_next_step():
    error = on_hold()

    assert error.code == "subscription_on_hold"
    assert error.object == "SUB-204311"
    assert error.params == {"since": "1 March"}
    assert str(error) == "SUB-204311 is on hold since 1 March. Release SUB-204311 first."


def test_a_message_without_next_step_stands_alone():
    assert str(NotFound("plan_not_found", "There is no such plan.")) == "There is no such plan."


def test_a_translation_replaces_the_templates_and_keeps_the_values():
    german = {
        "{object} is on hold since {since}.": "{object} ruht seit {since}.",
        "Release {object} first.": "Geben Sie {object} zuerst frei.",
    }

    text = on_hold().text(translate=german.__getitem__)

    assert text == "SUB-204311 ruht seit 1 March. Geben Sie SUB-204311 zuerst frei."


@pytest.mark.parametrize("hostile", ["{0}", "{", "}", "{text.__class__}", "{unknown}", "%(x)s"])
def test_braces_from_a_person_never_break_a_message(hostile):
    inserted = BadInput("name_invalid", "“{text}” is not a name.", text=hostile)
    pasted = BadInput("name_invalid", f"{hostile} is not a name.", object="ACC-1")

    assert str(inserted) == f"“{hostile}” is not a name."
    assert str(pasted) == f"{hostile} is not a name."


def test_an_inserted_value_is_not_filled_in_again():
    assert str(BadInput("x", "{a}", a="{b}", b="secret")) == "{b}"


def test_the_object_is_blank_in_a_message_when_there_is_none():
    assert str(Refused("x", "[{object}]")) == "[]"


def test_bad_input_names_the_field():
    assert BadInput("name_empty", "Give a name.", field="name").field == "name"
    assert BadInput("name_empty", "Give a name.").field is None


def test_params_cannot_be_changed():
    with pytest.raises(TypeError):
        on_hold().params["since"] = "2 March"


@pytest.mark.parametrize("kind", [NotFound, BadInput, Conflict, Refused])
def test_every_general_kind_is_caught_as_a_domain_error(kind):
    with pytest.raises(DomainError, match="Sentence"):
        raise kind("some_code", "Sentence.")


@pytest.mark.parametrize(
    "code", ["", "Upper", "with-hyphen", "_first", "last_", "two__bars", "1st", "ü", "x\n"]
)
def test_a_code_that_is_not_lower_snake_is_a_bug(code):
    with pytest.raises(ValueError, match="lower_snake"):
        DomainError(code, "Sentence.")


def test_a_refusal_survives_the_way_to_another_process():
    error = pickle.loads(pickle.dumps(BadInput("x_y", "{n} is odd.", field="f", object="O", n=3)))

    assert (type(error), error.code, error.field, error.object) == (BadInput, "x_y", "f", "O")
    assert str(error) == "3 is odd."


class ListedError(Refused):
    codes = frozenset({"kernel_test_listed"})


class HeirError(ListedError):
    pass


def test_a_class_with_codes_is_raised_with_one_of_them_only():
    assert ListedError("kernel_test_listed", "Fine.").code == "kernel_test_listed"
    assert HeirError("kernel_test_listed", "Fine.").code == "kernel_test_listed"
    with pytest.raises(ValueError, match="does not list"):
        HeirError("other_code", "Not fine.")


def test_the_listed_codes_are_found_once_with_the_class_that_lists_them():
    codes = error_codes()

    assert codes["kernel_test_listed"] is ListedError
    assert list(codes) == sorted(codes)


def test_two_classes_that_list_one_code_are_found_out():
    first = type("FirstError", (DomainError,), {"codes": frozenset({"kernel_test_twice"})})
    second = type("SecondError", (DomainError,), {"codes": frozenset({"kernel_test_twice"})})

    with pytest.raises(ValueError, match="kernel_test_twice"):
        error_codes()

    # Python keeps a subclass as long as it lives, and other tests read the list too.
    first.codes = second.codes = frozenset()
    assert "kernel_test_twice" not in error_codes()
