"""LIST, LSUB, STATUS."""

from tests.support.imap import Client


def test_a_level_without_a_folder_cannot_be_selected(client: Client):
    """It is listed for what lies below it."""
    client.ask("CREATE top/mid/low")
    client.ask("DELETE top/mid")
    assert client.ask('LIST "" "top/*"').untagged == [
        b'* LIST (\\NonExistent \\Noselect \\HasChildren) "/" "top/mid"\r\n',
        b'* LIST (\\HasNoChildren) "/" "top/mid/low"\r\n',
    ]
    assert client.ask("SELECT top/mid").tagged.startswith(b"NO")


def test_lsub_of_a_level_names_it_for_what_is_subscribed_below(client: Client):
    r"""As `\Noselect`, with `%` (RFC 3501 §6.3.9)."""
    client.ask("CREATE up/down")
    client.ask("UNSUBSCRIBE up")
    client.ask("SUBSCRIBE up/down")
    assert b'* LSUB (\\Noselect) "/" "up"\r\n' in client.ask('LSUB "" "%"').untagged
    assert client.ask('LSUB "" "up*"').untagged == [b'* LSUB () "/" "up/down"\r\n']


def test_a_reference_is_put_before(client: Client):
    """And `""` asks for the separator, in LSUB too."""
    client.ask("CREATE ref/a")
    assert client.ask('LIST "ref/" "%"').untagged == [b'* LIST (\\HasNoChildren) "/" "ref/a"\r\n']
    assert client.ask('LSUB "" ""').untagged == [b'* LSUB (\\Noselect) "/" ""\r\n']
    assert client.ask('LIST "" "" RETURN (CHILDREN)').untagged == []


def test_list_status_leaves_out_what_cannot_be_selected(client: Client):
    """RFC 5819 §2."""
    client.ask("CREATE s/t")
    client.ask("DELETE s")
    assert len(client.ask('LIST "" (s s/t) RETURN (STATUS (MESSAGES))').untagged) == 3


def test_status_of_all_items(client: Client):
    """Deleted and unread ones counted."""
    client.ask("STORE 1 +FLAGS.SILENT (\\Deleted \\Seen)")
    (line,) = client.ask(
        "STATUS inbox (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE HIGHESTMODSEQ)"
    ).untagged
    assert line.startswith(b'* STATUS "INBOX" (MESSAGES 3 RECENT 0 UIDNEXT 4 UIDVALIDITY ')
    assert b"UNSEEN 2 DELETED 1 SIZE 87 HIGHESTMODSEQ" in line
