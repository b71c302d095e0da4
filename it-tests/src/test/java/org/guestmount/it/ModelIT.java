package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.guestmount.it.framework.Backend;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.KernelMount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.TreeListing;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random system calls, thousands of them, give in the mount what they give in the kernel's own mount of an ext4 like the
 * guest's, one by one, and leave the same tree.
 *
 * <p>{@code -Dit.model.seed=N} makes other calls, {@code -Dit.model.times=N} N times as many.
 */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class ModelIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final int SEED = Integer.getInteger("it.model.seed", 1);
    private static final int TIMES = Integer.getInteger("it.model.times", 1);
    /** Times of now, which the program itself checks as it goes along, and how blocks came to be allocated. */
    private static final Set<String> NOT_COMPARED =
            Set.of("mtime", "ctime", "folder-mtime", "blocks", "folder-size", "folder-blocks");

    /** Operations of which libfuse 2 knows nothing, nor that two names are one file, nor of a file without a folder. */
    private static final Map<Backend, List<String>> BEYOND =
            Map.of(Backend.KERNEL, List.of(), Backend.JNR, List.of("rename_flags", "link", "seek_data", "orphans"));

    @ParameterizedTest
    @CsvSource({"KERNEL, 1, 6000", "KERNEL, 2, 3000", "JNR, 1, 2000"})
    void everyCallDoesWhatTheKernelDoes(Backend backend, int programs, int operations) throws IOException {
        Path folder = WORKSPACE.newFolder(backend + "-" + programs);
        GuestImage image = FilesystemType.EXT4.create(folder.resolve("ours.img"), 2048);
        GuestImage reference = FilesystemType.EXT4.create(folder.resolve("kernel.img"), 2048);
        Mount mount = WORKSPACE
                .guestmount()
                .through(backend)
                .drive(image)
                .device("/dev/sda:/:noatime")
                .writable()
                .mount();

        TreeListing expected;
        try (KernelMount kernel = KernelMount.mount(reference.path(), folder.resolve("kernel"), "rw,noatime", 0)) {
            List<CompletableFuture<String>> running = Stream.iterate(0, who -> who + 1)
                    .limit(programs)
                    .map(who -> CompletableFuture.supplyAsync(
                            () -> run(backend, mount.root(), kernel.root(), who, operations * TIMES)))
                    .toList();
            assertThat(running).allSatisfy(program -> assertThat(program.join()).contains("lstat"));
            expected = listing(kernel.root());
            assertThat(expected.differences(listing(mount.root()), NOT_COMPARED))
                    .as("seed %d, %s", SEED, backend)
                    .isEmpty();
        }
        mount.unmount();

        FilesystemType.EXT4.assertClean(image.path());
        try (KernelMount written = KernelMount.readOnly(image.path(), folder.resolve("written"))) {
            assertThat(expected.differences(listing(written.root()), NOT_COMPARED))
                    .as("seed %d, %s, in the image", SEED, backend)
                    .isEmpty();
        }
    }

    /** Each call must succeed now and then, or nothing is shown of it. */
    private static String run(Backend backend, Path subject, Path reference, int who, int operations) {
        List<Object> arguments = new ArrayList<>(List.of(subject, reference, who, SEED, operations));
        arguments.addAll(Objects.requireNonNull(BEYOND.get(backend)));
        String succeeded = Python.script("model.py", arguments.toArray());
        assertThat(succeeded.lines()).noneMatch(line -> line.endsWith(" 0"));
        return succeeded;
    }

    /** All but the log, to which programs append in whatever order they come. */
    private static TreeListing listing(Path root) {
        return TreeListing.of(root).without("log");
    }
}
