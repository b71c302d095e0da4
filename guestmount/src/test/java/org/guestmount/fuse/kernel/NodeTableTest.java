package org.guestmount.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.Timestamp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeTableTest {
    private static final long DEVICE = 0x801;

    private final NodeTable nodes = new NodeTable(new InodeKey(DEVICE, 2));
    private Node root;

    @BeforeEach
    void findRoot() throws GuestFilesystemException {
        root = nodes.get(NodeTable.ROOT_ID);
    }

    private static FileAttributes inode(FileType type, long number) {
        Timestamp time = new Timestamp(0, 0);
        return new FileAttributes(DEVICE, number, type.modeBits() | 0644, 1, 0, 0, 0, 0, 0, 4096, time, time, time);
    }

    private Node file(Node parent, String name, long number) {
        return nodes.enter(parent, name, inode(FileType.REGULAR, number));
    }

    private Node directory(Node parent, String name, long number) {
        return nodes.enter(parent, name, inode(FileType.DIRECTORY, number));
    }

    @Test
    void pathsFollowTheNames() throws GuestFilesystemException {
        Node a = directory(root, "a", 10);
        Node b = directory(a, "b\u00ff", 11);

        assertThat(nodes.path(root)).isEqualTo(GuestPath.ROOT);
        assertThat(nodes.path(file(b, "c", 12))).isEqualTo(GuestPath.of("/a/b\u00ff/c"));
    }

    @Test
    void twoNamesOfAFileAreOneNode() throws GuestFilesystemException {
        Node one = file(root, "one", 10);
        Node two = file(root, "two", 10);

        assertThat(two).isSameAs(one);
        nodes.removed(root, "one", false, null);
        assertThat(nodes.path(two)).isEqualTo(GuestPath.of("/two"));
    }

    private static FileAttributes unmade() {
        Timestamp now = new Timestamp(0, 0);
        return new FileAttributes(
                DEVICE,
                FileAttributes.NO_INODE,
                FileType.REGULAR.modeBits() | 0644,
                1,
                0,
                0,
                0,
                0,
                0,
                4096,
                now,
                now,
                now,
                true,
                false);
    }

    @Test
    void fileThatIsNotMadeYetStaysItsNodeWhenItIs() {
        Node draft = nodes.enter(root, "draft", unmade());
        Node other = nodes.enter(root, "other", unmade());

        assertThat(other).isNotSameAs(draft);
        assertThat(file(root, "draft", 10)).isSameAs(draft);
        assertThat(file(root, "second", 10)).isSameAs(draft);
        assertThat(draft.lookups).isEqualTo(3);
    }

    @Test
    void fileThatGetsAnotherNameBeforeItIsKnownIsOneNode() {
        Node draft = nodes.enter(root, "draft", unmade());

        nodes.identify(draft, new InodeKey(DEVICE, 10));

        assertThat(file(root, "second", 10)).isSameAs(draft);
        nodes.removed(root, "second", false, null);
        nodes.removed(root, "draft", true, null);
        assertThat(file(root, "next", 10)).isNotSameAs(draft);
    }

    @Test
    void nameMadeAnewBeforeItIsKnownIsAnotherNode() {
        Node draft = nodes.enter(root, "draft", unmade());
        nodes.removed(root, "draft", true, null);

        assertThat(nodes.enter(root, "draft", unmade())).isNotSameAs(draft);
        assertThat(nodes.forget(draft.id, 1)).isEmpty();
    }

    @Test
    void directoryIsANodeForEachPath() {
        assertThat(directory(root, "one", 10)).isNotSameAs(directory(root, "two", 10));
    }

    @Test
    void inodeNumberUsedAgainIsAnotherNode() {
        Node before = file(root, "before", 10);
        nodes.removed(root, "before", true, null);

        assertThat(file(root, "after", 10).id).isNotEqualTo(before.id);
    }

    @Test
    void sameNumberWithAnotherTypeIsAnotherNode() {
        Node file = file(root, "name", 10);

        assertThat(nodes.enter(root, "name", inode(FileType.SYMBOLIC_LINK, 10))).isNotSameAs(file);
    }

    @Test
    void removedFileIsReachedByItsHandleOnly() throws GuestFilesystemException {
        Node file = file(root, "name", 10);
        assertThat(nodes.needsOrphan(file)).isFalse();
        nodes.opened(file);
        assertThat(nodes.needsOrphan(file)).isTrue();

        nodes.removed(root, "name", true, new FileHandle(7));

        assertThat(nodes.reference(file)).isEqualTo(new FileHandle(7));
        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> nodes.path(file))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        assertThat(nodes.forget(file.id, 1)).containsExactly(new FileHandle(7));
    }

    @Test
    void movedDirectoryTakesItsContentAlong() throws GuestFilesystemException {
        Node a = directory(root, "a", 10);
        Node b = directory(root, "b", 11);
        Node file = file(a, "file", 12);

        nodes.moved(root, "a", b, "c");

        assertThat(nodes.path(file)).isEqualTo(GuestPath.of("/b/c/file"));
        assertThat(nodes.parent(a)).isSameAs(b);
    }

    @Test
    void exchangedNamesSwapTheirNodes() throws GuestFilesystemException {
        Node a = directory(root, "a", 10);
        Node file = file(a, "one", 11);
        Node other = directory(root, "two", 12);

        nodes.exchanged(a, "one", root, "two");

        assertThat(nodes.path(file)).isEqualTo(GuestPath.of("/two"));
        assertThat(nodes.path(other)).isEqualTo(GuestPath.of("/a/one"));
    }

    @Test
    void nodesAreForgottenInAnyOrder() throws GuestFilesystemException {
        Node a = directory(root, "a", 10);
        Node b = directory(a, "b", 11);
        Node file = file(b, "file", 12);
        file(b, "file", 12);

        nodes.forget(a.id, 1);
        nodes.forget(b.id, 1);
        assertThat(nodes.path(file)).isEqualTo(GuestPath.of("/a/b/file"));
        nodes.forget(file.id, 1);
        assertThat(nodes.size()).isEqualTo(4);
        nodes.forget(file.id, 1);

        assertThat(nodes.size()).isEqualTo(1);
        assertThatExceptionOfType(GuestFilesystemException.class).isThrownBy(() -> nodes.get(a.id));
    }

    @Test
    void rootIsNeverForgotten() throws GuestFilesystemException {
        nodes.forget(NodeTable.ROOT_ID, 5);

        assertThat(nodes.get(NodeTable.ROOT_ID)).isSameAs(root);
    }
}
