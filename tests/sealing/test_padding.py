import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.sealing import age, padding

sizes = st.integers(0, 2**40)


@given(sizes)
def test_a_bucket_is_never_smaller_and_at_most_an_eighth_larger(size):
    assert size <= padding.bucket(size) <= max(padding.FLOOR, size * 1.125)


@given(sizes)
def test_a_bucket_is_its_own_bucket(size):
    assert padding.bucket(padding.bucket(size)) == padding.bucket(size)


@given(sizes, sizes)
def test_larger_content_never_has_a_smaller_bucket(one, other):
    small, large = sorted((one, other))

    assert padding.bucket(small) <= padding.bucket(large)


@given(st.binary(max_size=40_000))
def test_a_frame_gives_back_its_content(content):
    assert padding.unframe(padding.frame(content)) == content


def test_two_prices_of_different_length_look_alike():
    assert len(padding.frame(b'{"price":"1.00"}')) == len(padding.frame(b'{"price":"123456789.00"}' * 50))


@given(st.binary(max_size=40_000), st.integers(1, 30_000))
def test_streaming_writes_the_same_frame_and_reads_it_back(content, step):
    source = padding.FramedSource(io.BytesIO(content), len(content))
    padded = b"".join(iter(lambda: source.read(step), b""))
    target = io.BytesIO()
    sink = padding.ContentSink(target, len(padded))
    for place in range(0, len(padded), step):
        sink.write(padded[place : place + step])

    assert padded == padding.frame(content)
    assert target.getvalue() == content
    assert sink.finish()


@pytest.mark.parametrize("spoil", ["a padding byte", "the length", "one byte more", "one byte less"])
def test_a_spoiled_frame_is_refused_both_ways(spoil):
    padded = bytearray(padding.frame(b"offer"))
    if spoil == "a padding byte":
        padded[-1] = 1
    elif spoil == "the length":
        padded[0] = 0x7F
    elif spoil == "one byte more":
        padded.append(0)
    else:
        padded.pop()
    sink = padding.ContentSink(io.BytesIO(), padding.FLOOR)
    sink.write(bytes(padded))

    with pytest.raises(padding.BadFrame):
        padding.unframe(bytes(padded))
    with pytest.raises(padding.BadFrame):
        sink.finish()


@given(st.integers(0, 400_000))
def test_what_age_makes_of_a_frame_is_always_plausible_and_a_bucket_off_never(size):
    padded = padding.padded_size(size)
    ciphertext = len(age.encrypt(bytes(padded), age.generate()[1]))

    assert padding.plausible_ciphertext(ciphertext, padded)
    assert not padding.plausible_ciphertext(ciphertext, padding.bucket(padded + 4096))
