package org.guestmount.it.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.guestmount.it.framework.Leftovers.RunningProcess;

/** A mounted guest. Closing it unmounts it and fails if anything of it is left. */
public final class Mount implements AutoCloseable {
    /** From when guestunmount returned; the image is free at that very moment, the last process may be just ending. */
    static final Duration END = Duration.ofSeconds(5);

    private final Guestmount use;
    private final Command.Result launch;
    private boolean open = true;

    Mount(Guestmount use, Command.Result launch) {
        this.use = use;
        this.launch = launch;
    }

    public Path root() {
        return use.mountpoint();
    }

    public Path resolve(String path) {
        return root().resolve(path);
    }

    /** What guestmount printed until it was ready. */
    public Command.Result launch() {
        return launch;
    }

    public Guestmount use() {
        return use;
    }

    public Optional<MountEntry> tableEntry() {
        return MountEntry.all().stream()
                .filter(entry -> entry.mountpoint().equals(root().toString()))
                .findFirst();
    }

    public RunningProcess qemu() {
        return process("qemu-system");
    }

    public RunningProcess worker() {
        return process("java");
    }

    private RunningProcess process(String program) {
        List<RunningProcess> found = Leftovers.processes(use.area()).stream()
                .filter(process -> process.is(program))
                .toList();
        assertThat(found).as("the %s process of %s", program, launch).hasSize(1);
        return found.get(0);
    }

    /** Unmounts with {@code bin/guestunmount}, as a user does, and checks that nothing is left. */
    public void unmount() {
        open = false;
        use.command("guestunmount", root()).run();
        assertNothingLeft();
    }

    /** For a mount that ends in another way than by {@link #unmount}. */
    public void assertNothingLeft() {
        open = false;
        await().atMost(END)
                .untilAsserted(() -> assertThat(use.leftovers().isNothing())
                        .as("%s", use.leftovers())
                        .isTrue());
    }

    @Override
    public void close() {
        if (open) {
            unmount();
        }
    }
}
