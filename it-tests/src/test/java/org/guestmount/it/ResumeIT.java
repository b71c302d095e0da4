package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Guests that are resumed from one that was saved, in a cache of these tests' own. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class ResumeIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final String RESUMED = "guest resumed";
    private static final long MEGABYTE = 1_000_000;
    private static final int AT_ONCE = 20;

    private static Path cache;
    private static long cacheBytes;
    private static GuestImage image;

    @BeforeAll
    static void saveAGuest() throws IOException {
        cache = WORKSPACE.newFolder("cache");
        Path contents = WORKSPACE.newFolder("contents");
        Files.writeString(contents.resolve("file"), "read from the guest");
        image = GuestImage.ext4(WORKSPACE.folder().resolve("resume.img"), 48, contents);
        use(image).command("guestmount-appliance", "build").run();
        assertMounts(use(image));
        String size = Command.of("du", "-sB1", cache).run();
        cacheBytes = Long.parseLong(size.substring(0, size.indexOf('\t')));
    }

    /** Where KVM is not tried, so that there is one saved guest. */
    private static Guestmount use(GuestImage used) {
        return WORKSPACE
                .guestmount()
                .drive(used)
                .device("/dev/sda")
                .environment("XDG_CACHE_HOME", cache)
                .environment("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg");
    }

    private static void assertMounts(Guestmount guestmount) {
        Mount mount = guestmount.readOnly().mount();
        assertThat(mount.resolve("file")).hasContent("read from the guest");
        mount.unmount();
    }

    private static List<Path> saved() throws IOException {
        try (Stream<Path> all = Files.find(
                cache, 3, (path, attributes) -> path.getFileName().toString().startsWith("snapshot-"))) {
            return all.toList();
        }
    }

    @Test
    void aGuestThatWasSavedIsResumed() throws IOException {
        Mount mount = use(image).readOnly().mount();

        assertThat(mount.launch().errors()).contains(RESUMED);
        assertThat(mount.resolve("file")).hasContent("read from the guest");
        assertThat(saved()).isNotEmpty();
    }

    @Test
    void aGuestIsBootedOnDemand() {
        Mount mount = use(image)
                .environment("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg:boot")
                .readOnly()
                .mount();

        assertThat(mount.launch().errors()).doesNotContain(RESUMED);
        assertThat(mount.resolve("file")).hasContent("read from the guest");
    }

    @Test
    void anExportedApplianceIsUsedWithAnEmptyCacheAndNothingToMakeOneOf() throws IOException {
        Path exported = WORKSPACE.folder().resolve("exported");
        use(image).command("guestmount-appliance", "export", exported).run();

        Mount mount = use(image)
                .environment("XDG_CACHE_HOME", WORKSPACE.folder().resolve("cache-elsewhere"))
                .environment("LIBGUESTFS_PATH", exported)
                .environment("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg:boot")
                .environment("GUESTMOUNT_KERNEL", "/nonexistent")
                .readOnly()
                .mount();

        assertThat(mount.launch().errors()).doesNotContain("using the kernel");
        assertThat(mount.resolve("file")).hasContent("read from the guest");
    }

    @Test
    void theCacheTakesAtMost400Megabytes() {
        assertThat(cacheBytes).isBetween(MEGABYTE, 400 * MEGABYTE);
    }

    @Test
    void qemuAndTheWorkerTogetherHaveAtMost350MegabytesInRam() {
        Mount mount = use(image).readOnly().mount();

        long qemu = mount.qemu().residentBytes();
        long worker = mount.worker().residentBytes();

        assertThat((qemu + worker) / MEGABYTE)
                .as("QEMU has %d MB, the worker %d MB", qemu / MEGABYTE, worker / MEGABYTE)
                .isLessThanOrEqualTo(350);
    }

    /** Whatever else may have befallen it is {@code SnapshotStoreTest}'s. */
    @Test
    void aDamagedOneIsReplaced() throws IOException {
        assertMounts(use(image));
        for (Path snapshot : saved()) {
            Path memory = snapshot.resolve("memory");
            flip(memory, firstData(memory) + 100);
        }

        assertMounts(use(image));

        Mount after = use(image).readOnly().mount();
        assertThat(after.launch().errors()).contains(RESUMED).doesNotContain("thrown away");
    }

    private static long firstData(Path memory) throws IOException {
        return Long.parseLong(
                Files.readAllLines(memory.resolveSibling("manifest")).get(5).split(" ", -1)[0]);
    }

    private static void flip(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 1)).rewind();
            channel.write(one, offset);
        }
    }

    @Test
    void anotherQemuHasOneOfItsOwn() throws IOException {
        Path wrapper = WORKSPACE.folder().resolve("qemu-wrapper");
        Files.writeString(wrapper, "#!/bin/sh\nexec qemu-system-x86_64 \"$@\"\n");
        Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertMounts(use(image));
        int before = saved().size();

        assertMounts(use(image).environment("LIBGUESTFS_HV", wrapper));

        assertThat(saved()).hasSize(before + 1);
    }

    @Test
    @Needs(Requirement.ROOT)
    void aResumedGuestHasTheHostsTimeAndItsOwnRandomNumbers() throws IOException {
        List<String> generations = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            GuestImage fresh = FilesystemType.EXT4.create(WORKSPACE.folder().resolve("random" + i + ".img"), 48);
            Mount mount = use(fresh).writable().mount();
            Path made = Files.createFile(mount.resolve("made"));
            Instant now = Instant.now();
            assertThat(Files.getLastModifiedTime(made).toInstant())
                    .isBetween(now.minus(Duration.ofSeconds(1)), now.plus(Duration.ofSeconds(1)));
            mount.unmount();
            // The kernel draws a file's generation from its random numbers.
            generations.add(Command.of("debugfs", "-R", "stat /made", fresh.path())
                    .run()
                    .replaceAll("(?s).*Generation: (\\d+).*", "$1"));
        }

        assertThat(generations).doesNotHaveDuplicates().allMatch(text -> text.matches("\\d+"));
    }

    @Test
    void twentyAtOnceAllSucceed() throws Exception {
        // As users have it: all put their sockets into one folder, and tidy up what others left there.
        Path run = WORKSPACE.newFolder("run");
        List<Guestmount> guestmounts = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            guestmounts.add(use(image).environment("XDG_RUNTIME_DIR", run).readOnly());
        }
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<Mount>> launches = new ArrayList<>();
            guestmounts.forEach(guestmount -> launches.add(guestmount::mount));
            for (Future<Mount> launched : threads.invokeAll(launches)) {
                assertThat(launched.get().resolve("file")).hasContent("read from the guest");
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    @Needs(Requirement.ROOT)
    void twoLaunchesAtOnceSaveOneGuestInPlaceOfSomebodyElses() throws Exception {
        assertMounts(use(image));
        for (Path snapshot : saved()) {
            Files.setAttribute(snapshot.resolve("memory"), "unix:uid", 12345);
        }
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Guestmount first = use(image).readOnly();
            Guestmount second = use(image).readOnly();
            List<Callable<Mount>> launches = List.of(first::mount, second::mount);
            for (Future<Mount> launched : threads.invokeAll(launches)) {
                assertThat(launched.get().launch().errors()).contains(RESUMED);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(saved()).hasSize(1);
    }
}
