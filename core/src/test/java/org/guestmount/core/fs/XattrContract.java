package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** getxattr, listxattr, setxattr, removexattr. */
public interface XattrContract extends ContractSupport {
    @Test
    default void anAttributeKeepsItsBytes() throws Exception {
        GuestPath file = makeFile("file", "");
        byte[] value = new byte[1000];
        new Random(3).nextBytes(value);

        fs().setxattr(file, xattr("name"), value, XattrMode.CREATE_OR_REPLACE);

        assertThat(fs().getxattr(file, xattr("name"))).isEqualTo(value);
        assertThat(own(file)).containsExactly(xattr("name"));
        assertThat(fs().lookup(file).mayHaveXattrs()).isTrue();
    }

    @Test
    default void anAttributeMayBeEmpty() throws Exception {
        GuestPath file = makeFile("file", "");

        fs().setxattr(file, xattr("empty"), new byte[0], XattrMode.CREATE_OR_REPLACE);

        assertThat(fs().getxattr(file, xattr("empty"))).isEmpty();
        assertThat(own(file)).containsExactly(xattr("empty"));
    }

    @Test
    default void directoriesAndHandlesHaveAttributesToo() throws Exception {
        GuestPath directory = makeDirectory("directory");
        GuestPath file = makeFile("file", "");
        FileHandle handle = openForBoth(file);

        fs().setxattr(directory, xattr("a"), new byte[] {1}, XattrMode.CREATE_OR_REPLACE);
        fs().setxattr(handle, xattr("b"), new byte[] {2}, XattrMode.CREATE_OR_REPLACE);

        assertThat(fs().getxattr(directory, xattr("a"))).containsExactly(1);
        assertThat(fs().getxattr(file, xattr("b"))).containsExactly(2);
        assertThat(fs().getxattr(handle, xattr("b"))).containsExactly(2);
        assertThat(own(handle)).containsExactly(xattr("b"));
        fs().removexattr(handle, xattr("b"));
        assertThat(own(file)).isEmpty();
    }

    @Test
    default void aFileWithoutAttributesListsNone() throws Exception {
        GuestPath file = makeFile("file", "");

        assertThat(own(file)).isEmpty();
        assertFails(Errno.ENODATA, () -> fs().getxattr(file, xattr("name")));
        assertFails(Errno.ENODATA, () -> fs().removexattr(file, xattr("name")));
    }

    @Test
    default void createAndReplaceAreKeptApart() throws Exception {
        GuestPath file = makeFile("file", "");
        String name = xattr("name");

        assertFails(Errno.ENODATA, () -> fs().setxattr(file, name, new byte[] {1}, XattrMode.REPLACE));
        fs().setxattr(file, name, new byte[] {1}, XattrMode.CREATE);
        assertFails(Errno.EEXIST, () -> fs().setxattr(file, name, new byte[] {2}, XattrMode.CREATE));
        fs().setxattr(file, name, new byte[] {3}, XattrMode.REPLACE);

        assertThat(fs().getxattr(file, name)).containsExactly(3);
    }

    @Test
    default void aRemovedAttributeIsGone() throws Exception {
        GuestPath file = makeFile("file", "");
        fs().setxattr(file, xattr("one"), new byte[] {1}, XattrMode.CREATE);
        fs().setxattr(file, xattr("two"), new byte[] {2}, XattrMode.CREATE);

        fs().removexattr(file, xattr("one"));

        assertThat(own(file)).containsExactly(xattr("two"));
        assertFails(Errno.ENODATA, () -> fs().getxattr(file, xattr("one")));
    }

    @Test
    default void attributesBelongToTheInode() throws Exception {
        GuestPath file = makeFile("file", "");
        fs().link(file, at("second"));

        fs().setxattr(file, xattr("name"), new byte[] {1}, XattrMode.CREATE);

        assertThat(fs().getxattr(at("second"), xattr("name"))).containsExactly(1);
    }

    @Test
    default void attributesOfUsersAreNotForSymbolicLinks() throws Exception {
        assumeTrue(xattrNamespace().equals("user."));
        GuestPath file = makeFile("file", "");
        GuestPath symlink = makeSymlink("symlink", "file");

        assertFails(Errno.EPERM, () -> fs().setxattr(symlink, "user.name", new byte[1], XattrMode.CREATE));
        assertThat(own(file)).isEmpty();
    }

    @Test
    default void trustedAttributesAreForSymbolicLinksToo() throws Exception {
        assumeTrue(hasRootCapabilities());
        makeFile("file", "");
        GuestPath symlink = makeSymlink("symlink", "file");

        fs().setxattr(symlink, "trusted.name", new byte[] {1}, XattrMode.CREATE);

        assertThat(fs().listxattr(symlink)).contains("trusted.name");
        assertThat(fs().getxattr(symlink, "trusted.name")).containsExactly(1);
        assertThat(fs().listxattr(at("file"))).doesNotContain("trusted.name");
    }

    @Test
    default void anUnknownNamespaceIsNotSupported() throws Exception {
        GuestPath file = makeFile("file", "");

        assertFails(Errno.EOPNOTSUPP, () -> fs().setxattr(file, "nonsense.name", new byte[1], XattrMode.CREATE));
        assertFails(Errno.EOPNOTSUPP, () -> fs().getxattr(file, "nonsense.name"));
        assertFails(Errno.EOPNOTSUPP, () -> fs().removexattr(file, "nonsense.name"));
    }

    @Test
    default void namesAndValuesHaveTheirLimits() throws Exception {
        GuestPath file = makeFile("file", "");

        assertFails(Errno.ERANGE, () -> fs().setxattr(file, xattr("x".repeat(255)), new byte[1], XattrMode.CREATE));
        assertFails(Errno.E2BIG, () -> fs().setxattr(file, xattr("name"), new byte[65_537], XattrMode.CREATE));
    }

    @Test
    default void aMissingFileHasNoAttributes() {
        assertFails(Errno.ENOENT, () -> fs().getxattr(at("missing"), xattr("name")));
        assertFails(Errno.ENOENT, () -> fs().listxattr(at("missing")));
        assertFails(Errno.ENOENT, () -> fs().removexattr(at("missing"), xattr("name")));
        assertFails(Errno.ENOENT, () -> fs().setxattr(at("missing"), xattr("name"), new byte[1], XattrMode.CREATE));
    }

    private String xattr(String name) {
        return xattrNamespace() + name;
    }

    /** The attributes in the namespace of these tests: a system may give every file some of its own. */
    private List<String> own(FileReference file) throws GuestFilesystemException {
        return fs().listxattr(file).stream()
                .filter(name -> name.startsWith(xattrNamespace()))
                .toList();
    }
}
