"""Sealed texts: opened with their key and for their purpose only."""

import stat

import pytest

from entrepot.infra.sealing import KEY_FILE, NotOpened, put_new_key_in_front, seal, unseal


def test_a_sealed_text_shows_nothing_and_opens_for_its_purpose_only(tmp_path):
    sealed = seal("käse and secrets", purpose="portal", directory=tmp_path)

    assert "secrets" not in sealed
    assert sealed.isascii()
    assert unseal(sealed, purpose="portal", directory=tmp_path) == "käse and secrets"
    assert seal("käse and secrets", purpose="portal", directory=tmp_path) != sealed
    with pytest.raises(NotOpened):
        unseal(sealed, purpose="other", directory=tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_a_new_key_seals_and_the_old_one_still_opens(tmp_path):
    old = seal("one", purpose="p", directory=tmp_path)
    put_new_key_in_front(directory=tmp_path)
    new = seal("two", purpose="p", directory=tmp_path)

    assert old.split(".")[0] != new.split(".")[0]
    assert unseal(old, purpose="p", directory=tmp_path) == "one"
    assert unseal(new, purpose="p", directory=tmp_path) == "two"


@pytest.mark.parametrize("harm", ["", "0" * 8 + ".abcd", "changed", "half"])
def test_texts_that_were_changed_do_not_open(tmp_path, harm):
    sealed = seal("one", purpose="p", directory=tmp_path)
    spoiled = {"changed": sealed[:-6] + "AAAA==", "half": sealed[:20]}.get(harm, harm)

    with pytest.raises(NotOpened):
        unseal(spoiled, purpose="p", directory=tmp_path)


def test_keys_that_others_can_read_are_not_used(tmp_path):
    sealed = seal("one", purpose="p", directory=tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)

    with pytest.raises(NotOpened, match="other users"):
        unseal(sealed, purpose="p", directory=tmp_path)
