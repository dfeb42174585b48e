import pytest

from sync.model.anilist import MediaFormat, MediaListEntry, MediaListStatus, watched_count
from tests.planning.cases import entry

STATUS = MediaListStatus


@pytest.mark.parametrize(
    ("says", "count"),
    [
        (entry(5), 5),
        (entry(5, status=STATUS.PAUSED), 5),
        (entry(5, status=STATUS.DROPPED), 5),
        (entry(0, status=STATUS.PLANNING), 0),
        (entry(3, status=STATUS.PLANNING), 3),
        (entry(26, status=STATUS.COMPLETED), 26),
        (entry(0, status=STATUS.COMPLETED), 26),
        (entry(3, status=STATUS.REPEATING), 26),
        (entry(1100, episodes=None), 1100),
        (entry(12, episodes=None, status=STATUS.COMPLETED), 12),
        (entry(0, episodes=None, status=STATUS.COMPLETED), 0),
        (entry(13, episodes=12, status=STATUS.COMPLETED), 12),
        (entry(2223, episodes=12), 12),
    ],
)
def test_an_entry_counts_the_episodes_it_says_were_watched(says: MediaListEntry, count: int) -> None:
    assert watched_count(says) == count


@pytest.mark.parametrize(
    ("says", "count"),
    [
        (entry(1, format=MediaFormat.MOVIE, episodes=1, status=STATUS.COMPLETED), 1),
        (entry(0, format=MediaFormat.MOVIE, episodes=None, status=STATUS.COMPLETED), 1),
        (entry(0, format=MediaFormat.MOVIE, episodes=None, status=STATUS.REPEATING), 1),
        (entry(0, format=MediaFormat.MOVIE, episodes=1), 0),
        (entry(4, format=MediaFormat.MOVIE, episodes=4, status=STATUS.COMPLETED), 4),
        (entry(1, format=MediaFormat.MOVIE, episodes=3), 1),
    ],
)
def test_a_film_was_watched_as_often_as_it_has_parts(says: MediaListEntry, count: int) -> None:
    assert watched_count(says) == count


def test_the_mapping_tells_the_length_of_a_completed_entry_whose_count_anilist_lacks() -> None:
    assert watched_count(entry(0, episodes=None, status=STATUS.COMPLETED), listed=6) == 6
    assert watched_count(entry(2, episodes=None, status=STATUS.REPEATING), listed=6) == 6


def test_the_mapping_never_adds_to_what_the_list_counts() -> None:
    assert watched_count(entry(4, episodes=None, status=STATUS.COMPLETED), listed=6) == 4
    assert watched_count(entry(4, episodes=None), listed=6) == 4
