package org.guestmount.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.guestmount.mount.MountedGuest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a mount: somebody has unmounted it, or this process gives it up and has waited as long as it may for programs
 * that go on using it.
 */
final class MountEnd {
    private static final Logger LOG = LoggerFactory.getLogger(MountEnd.class);

    private final MountedGuest mounted;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    MountEnd(MountedGuest mounted) {
        this.mounted = mounted;
        Thread waiting = new Thread(this::awaitUnmounted, "mount-end");
        waiting.setDaemon(true);
        waiting.start();
    }

    private void awaitUnmounted() {
        try {
            mounted.awaitUnmounted();
            ended.complete(null);
        } catch (InterruptedException | RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }

    /** Unmounts unless that is done. Bounded in time; what the guest was told is then all it will be told. */
    void unmount() {
        if (!ended.isDone()) {
            // An interrupt that came with the request to end is not to cut the ending short.
            boolean interrupted = Thread.interrupted();
            LOG.debug("unmounting{}", interrupted ? " after an interrupt" : "");
            mounted.close();
            ended.complete(null);
        }
    }

    /** Waits for it: whether the mount was served well until then. */
    boolean await() throws InterruptedException {
        try {
            ended.get();
            return true;
        } catch (ExecutionException e) {
            LOG.error("the mount could not be served any longer", e.getCause());
            return false;
        }
    }
}
