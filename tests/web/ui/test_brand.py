"""A seller's accent gets readable companions; ratios are those that the design measured."""

import pytest

from entrepot.web.ui import brand


def test_contrast_is_that_of_the_design_page():
    # screens.md: white on #0b6e66 6.11:1, ink on panel 15.96:1
    assert round(brand.contrast("#ffffff", "#0b6e66"), 2) == 6.11
    assert round(brand.contrast("#1a2230", "#ffffff"), 2) == 15.96


def test_the_accent_on_its_own_tint_is_measured_as_the_design_did():
    tint = brand.mix("#0b6e66", "#ffffff", share=0.11)

    assert abs(brand.contrast("#0b6e66", tint) - 5.18) < 0.02


def test_a_dark_accent_keeps_its_colour_and_takes_white():
    accent = brand.check_accent("#0B6E66")

    assert (accent.accent, accent.on_accent, accent.text_light) == ("#0b6e66", "#ffffff", "#0b6e66")


@pytest.mark.parametrize(
    "colour", ["#ffd400", "#ffffff", "#7fd1ff", "#000000", "#101010", "#ff00aa", "#888888"]
)
def test_every_accent_becomes_readable_in_both_themes(colour):
    accent = brand.check_accent(colour)

    assert brand.contrast(accent.on_accent, accent.accent) >= 4.5
    assert brand.contrast(accent.text_light, brand.mix(accent.accent, "#ffffff", share=0.11)) >= 4.5
    assert brand.contrast(accent.text_dark, brand.mix(accent.accent, "#15191f", share=0.22)) >= 4.5


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#12345g", "#123456;}", "#123456\n"])
def test_what_is_no_colour_is_refused(colour):
    with pytest.raises(brand.BrandRefused) as refusal:
        brand.brand_css(colour)

    assert refusal.value.code == "accent_malformed"


def test_the_sheet_sets_the_accent_and_nothing_else():
    sheet = brand.brand_css("#0b6e66")

    assert "--accent: #0b6e66;" in sheet
    assert sheet.count("--") == 3
