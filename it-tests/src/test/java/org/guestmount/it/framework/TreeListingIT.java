package org.guestmount.it.framework;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The comparison of trees is only worth what it notices: two kernel mounts of the same image, one of them changed. */
@Needs({Requirement.ROOT, Requirement.IMAGE_TOOLS})
class TreeListingIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    /** What is done to a file of the tree, {@code p}, and the attribute in which it must be noticed. */
    private static final String CHANGES = """
            sizes/4097           | sha256 | f = open(p, 'r+b'); f.seek(4096); b = f.read(1)[0]; f.seek(4096); f.write(bytes([b ^ 1]))
            sparse/five-gibibytes| sha256 | f = open(p, 'r+b'); f.seek(4500000000); f.write(b'x')
            sizes/511            | size   | os.truncate(p, 510)
            sparse/only-hole     | blocks | os.posix_fallocate(os.open(p, os.O_RDWR), 0, 65536)
            modes/file-4755      | mode   | os.chmod(p, 0o755)
            modes/file-0400      | owner  | os.chown(p, 1, -1)
            special/block        | nlink  | os.link(p, p + '-more')
            links/dangling       | target | os.unlink(p); os.symlink('elsewhere', p)
            times/ns             | mtime  | os.utime(p, ns=(0, os.stat(p).st_mtime_ns + 1))
            times/before-link    | mtime  | os.utime(p, ns=(0, -1), follow_symlinks=False)
            xattrs/user          | xattrs | os.setxattr(p, 'user.short', b'Value')
            xattrs/capability    | xattrs | os.removexattr(p, 'security.capability')
            acls/file            | xattrs | os.system('setfacl -b ' + p)
            special/null         | device | os.unlink(p); os.mknod(p, stat.S_IFCHR + 0o666, os.makedev(1, 5))
            special/fifo         | type   | os.unlink(p); os.mknod(p, stat.S_IFSOCK + 0o622)
            links/two            | linked | d = open(p).read(); os.unlink(p); open(p, 'w').write(d)
            """;

    private static FidelityImage fidelity = new FidelityImage(GuestImage.raw(Path.of("")), new TreeListing(Map.of()));
    private static List<String> differences = List.of();

    @BeforeAll
    static void changeACopy() {
        fidelity = FidelityImage.of(FilesystemType.EXT4);
        GuestImage copy = fidelity.image().copiedTo(WORKSPACE.folder().resolve("copy.img"));
        try (KernelMount changed =
                KernelMount.writable(copy.path(), WORKSPACE.folder().resolve("mnt"))) {
            for (String[] change : changes()) {
                Python.run(changed.root(), "p = root + '/tree/" + change[0] + "'\n" + change[2]);
            }
            Python.run(
                    changed.root(), "os.rename(os.fsencode(root) + b'/tree/names/caf\\xe9', root + '/tree/names/new')");
            differences = fidelity.truth().differences(TreeListing.of(changed.root()), Set.of());
        }
    }

    private static List<String[]> changes() {
        return CHANGES.lines().map(line -> line.split(" *\\| *", 3)).toList();
    }

    static Stream<Arguments> changedAttributes() {
        return changes().stream().map(change -> Arguments.of(change[0], change[1]));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("changedAttributes")
    void aDifferenceIsFound(String path, String attribute) {
        assertThat(differences).anyMatch(line -> line.startsWith("tree/" + path + ": " + attribute + " is "));
    }

    @Test
    void missingAndAdditionalNamesAreFound() {
        assertThat(differences).contains("tree/names/caf%E9: missing", "tree/names/new: should not exist");
    }

    @Test
    void whatWasNotChangedIsNotReported() {
        Set<String> changed =
                changes().stream().map(change -> "tree/" + change[0]).collect(Collectors.toSet());
        changed.addAll(Set.of(
                "tree/special/block-more",
                "tree/special/null-linked",
                "tree/links/one",
                "tree/names/new",
                "tree/names/caf%E9",
                "tree/links/sub/three"));

        assertThat(differences)
                .map(line -> line.substring(0, line.indexOf(": ")))
                // The folders in which names were replaced have new times.
                .allMatch(path -> changed.contains(path)
                        || Set.of("tree/links", "tree/special", "tree/names").contains(path));
    }

    @Test
    void theSameTreeHasNoDifferences() {
        try (KernelMount again =
                KernelMount.readOnly(fidelity.image().path(), WORKSPACE.folder().resolve("again"))) {
            assertThat(fidelity.truth().differences(TreeListing.of(again.root()), Set.of()))
                    .isEmpty();
        }
    }

    @Test
    void theTreeIsLargeEnoughAndReadWithoutErrors() {
        assertThat(fidelity.truth().entries()).hasSizeGreaterThan(8000 + 3000);
        assertThat(fidelity.truth().entries().values())
                .allSatisfy(entry -> assertThat(entry.values()).noneMatch(value -> value.startsWith("error:")));
    }
}
