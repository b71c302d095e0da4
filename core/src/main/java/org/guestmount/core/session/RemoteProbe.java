package org.guestmount.core.session;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.guestmount.core.drive.RemoteImage;
import org.guestmount.core.drive.RemoteImages;
import org.guestmount.core.qemu.ImageServer;
import org.guestmount.core.qemu.QmpException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens images of other hosts with an {@link ImageServer}, which is started for the first.
 *
 * <p>Owns: the server. Used by one thread.
 */
final class RemoteProbe implements RemoteImages, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteProbe.class);

    private final Path qemu;
    private final List<Path> socketFolders;
    private final Acquired resources = new Acquired();
    private @Nullable ImageServer server;

    /** @param socketFolders where sockets may be for a moment, the best first */
    RemoteProbe(Path qemu, List<Path> socketFolders) {
        this.qemu = qemu;
        this.socketFolders = List.copyOf(socketFolders);
    }

    @Override
    public Opened open(RemoteImage image) throws IOException, InterruptedException {
        LOG.info("opening {}", image);
        try {
            ImageServer opener = server;
            if (opener == null) {
                opener = start();
                server = opener;
            }
            return opener.open(image);
        } catch (QmpException e) {
            throw new IOException(RemoteFailure.explain(image, String.valueOf(e.getMessage())), e);
        }
    }

    private ImageServer start() throws IOException, InterruptedException {
        RunFolder folder = resources.add(RunFolder.forSockets(socketFolders));
        try {
            return resources.add(ImageServer.start(qemu, true, folder.path()));
        } catch (QmpException e) {
            if (!QemuFailure.isOfSandbox(String.valueOf(e.getMessage()))) {
                throw e;
            }
            return resources.add(ImageServer.start(qemu, false, folder.path()));
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
