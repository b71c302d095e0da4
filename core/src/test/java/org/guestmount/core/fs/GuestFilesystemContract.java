package org.guestmount.core.fs;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What every {@link GuestFilesystem} has to do, told by what Linux does. An implementation's test extends this, makes
 * the filesystem, and overrides the hooks of {@link ContractSupport} where it honestly differs.
 */
public abstract class GuestFilesystemContract
        implements LookupContract,
                DirectoryContract,
                OpenContract,
                TransferContract,
                SpaceContract,
                SetattrContract,
                UpdateContract,
                ChangeContract,
                LinkContract,
                RenameContract,
                XattrContract {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private GuestFilesystem filesystem;
    private GuestPath directory;

    /** A writable filesystem. One that was used before will do: each test works in a directory of its own. */
    protected abstract GuestFilesystem openFilesystem() throws Exception;

    @BeforeEach
    void makeWorkingDirectory() throws Exception {
        filesystem = openFilesystem();
        directory = GuestPath.ROOT.resolve("contract-" + COUNTER.incrementAndGet());
        filesystem.mkdir(directory, 0755, Credentials.ROOT);
    }

    @AfterEach
    void closeFilesystem() throws GuestFilesystemException {
        filesystem.close();
    }

    @Override
    public final GuestFilesystem fs() {
        return filesystem;
    }

    @Override
    public final GuestPath at(String relative) {
        return GuestPath.of(directory + "/" + relative);
    }
}
