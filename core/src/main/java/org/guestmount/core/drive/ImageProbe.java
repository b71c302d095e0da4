package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.guestmount.core.drive.JoinedFiles.Part;
import org.jspecify.annotations.Nullable;

/**
 * Looks into an image before QEMU is started: what format it is in, which files it leads to, and whether all are there.
 *
 * <p>A guest can write to its raw disk what looks like a qcow2 header that names a file of the host (CVE-2010-3851).
 * Therefore a format that was merely detected leads to another file only if the image's own name says that it is in that
 * format; otherwise the user must say so.
 */
public final class ImageProbe {
    private static final int SECTOR_BYTES = 512;
    private static final int MAX_CHAIN = 200;

    /** Formats whose first bytes cannot be mistaken, so that a file named for one of them must have them. */
    private static final List<DriveFormat> UNMISTAKABLE =
            List.of(DriveFormat.QCOW2, DriveFormat.VMDK, DriveFormat.VDI, DriveFormat.VHDX);

    private final QemuImg qemuImg;
    private final ScratchFolder scratch;
    private final RemoteImages remotes;

    /**
     * @param searchPath where qemu-img is looked for, when it is needed
     * @param scratch for what QEMU needs to open an image; must be there until it has
     * @param remotes opens images that are not on this host
     */
    public ImageProbe(List<Path> searchPath, ScratchFolder scratch, RemoteImages remotes) {
        qemuImg = new QemuImg(searchPath);
        this.scratch = scratch;
        this.remotes = remotes;
    }

    /**
     * Checks a drive.
     *
     * @throws DriveException if it cannot be used: it or a file it leads to is missing, a directory, unreadable, not
     *     writable though it should be, in use by the host, empty, damaged, of unknown format, or must not be followed
     */
    public DriveImage probe(Drive drive) throws DriveException, InterruptedException {
        ImageLocation location = drive.image();
        try {
            ImageStorage storage =
                    location instanceof LocalImage local ? storage(local, drive) : (RemoteImage) location;
            DriveFormat format = drive.format() == null ? null : named(drive.format(), storage);
            return open(storage, format, drive, new HashSet<>());
        } catch (DriveException e) {
            throw e;
        } catch (IOException e) {
            throw new DriveException(location + ": " + e.getMessage(), e);
        }
    }

    private ImageStorage storage(LocalImage local, Drive drive) throws IOException {
        Path file = local.file().toAbsolutePath();
        ImageFiles.requireUsable(file, file.toString());
        List<Part> parts = SplitImage.parts(file);
        if (!drive.readOnly()) {
            ImageFiles.requireWritable(file);
            for (Part part : parts) {
                ImageFiles.requireWritable(part.file());
            }
        }
        if (!parts.isEmpty()) {
            return JoinedFiles.create(file, parts, scratch);
        }
        ImageFile image = ImageFile.of(file);
        if (!drive.readOnly() && image.blockDevice()) {
            BlockDeviceUse.OF_THIS_HOST.requireUnused(file);
        }
        return image;
    }

    private static DriveFormat named(String name, ImageStorage image) throws DriveException {
        if (name.equals("luks")) {
            throw new DriveException(image
                    + ": LUKS is opened inside the guest, so to the host the image is a plain disk: add --format=raw");
        }
        return DriveFormat.named(name)
                .orElseThrow(() -> new DriveException(
                        image + ": unknown format '" + name + "'; known are " + DriveFormat.names()));
    }

    /**
     * Opens an image of a chain.
     *
     * @param stated the format that the user or the image above says it has; null if nobody said
     * @param drive what it is for if it is the uppermost image; null for the others, which are only read
     * @param above the real paths of the images above it
     */
    private DriveImage open(ImageStorage storage, @Nullable DriveFormat stated, @Nullable Drive drive, Set<Path> above)
            throws DriveException, InterruptedException {
        try {
            if (storage instanceof ImageFile file
                    && (!above.add(file.path().toRealPath()) || above.size() > MAX_CHAIN)) {
                throw new DriveException(file + ": its chain of backing files never ends");
            }
            if (storage instanceof RemoteImage remote) {
                if (drive != null && !drive.readOnly() && !remote.protocol().isWritable()) {
                    throw new DriveException(
                            remote + ": " + remote.protocol().scheme() + " servers are only read from; add --ro");
                }
                try (RemoteImages.Opened opened = remotes.open(remote)) {
                    return open(storage, opened, opened, stated, drive, above);
                }
            }
            try (ImageBytes bytes = bytes(storage)) {
                return open(storage, bytes, qemuImg, stated, drive, above);
            }
        } catch (DriveException e) {
            throw e;
        } catch (IOException e) {
            throw new DriveException(storage + ": " + e.getMessage(), e);
        }
    }

    private static ImageBytes bytes(ImageStorage storage) throws IOException {
        return storage instanceof JoinedFiles joined
                ? joined.bytes()
                : new FileBytes(storage.requireFile("").path());
    }

    private DriveImage open(
            ImageStorage storage,
            ImageBytes bytes,
            DiskSizes sizes,
            @Nullable DriveFormat stated,
            @Nullable Drive drive,
            Set<Path> above)
            throws IOException, InterruptedException {
        ImageReader reader = new ImageReader(bytes);
        if (reader.size() == 0) {
            throw new IOException("is empty");
        }
        DriveFormat format = format(storage, stated, FormatDetector.detect(reader, storage.fileName()));
        if (drive != null && !drive.readOnly()) {
            requireWritable(format, reader);
        }
        ImageHeader header = ImageHeader.read(format, reader);
        if (stated == null) {
            requireHarmless(storage, format, header.references());
        }
        if (drive != null && drive.snapshot() != null) {
            return snapshot(storage, drive.snapshot(), format, reader, follow(storage, format, header, sizes, above));
        }
        return follow(storage, format, header, sizes, above);
    }

    private static void requireWritable(DriveFormat format, ImageReader image) throws IOException {
        if (format.isReadOnly() || (format == DriveFormat.VMDK && VmdkReferences.isCompressed(image))) {
            throw new IOException("QEMU can only read " + (format.isReadOnly() ? "" : "compressed ") + format.driver()
                    + " images; add --ro");
        }
    }

    private DriveImage snapshot(
            ImageStorage storage, String name, DriveFormat format, ImageReader reader, DriveImage latest)
            throws IOException {
        if (format != DriveFormat.QCOW2 || !(storage instanceof ImageFile file)) {
            throw new IOException("there are snapshots in qcow2 files only, so --snapshot does not apply to it");
        }
        Qcow2Snapshot snapshot = Qcow2Snapshot.find(reader, name);
        JoinedFiles view = snapshot.storage(file.path(), reader, Qcow2Header.read(reader), scratch);
        return new DriveImage(view, format, roundUp(snapshot.virtualSizeBytes()), latest.data(), latest.backing());
    }

    private static DriveFormat format(ImageStorage image, @Nullable DriveFormat stated, DriveFormat detected)
            throws DriveException {
        if (stated == null) {
            for (DriveFormat promised : UNMISTAKABLE) {
                if (detected == DriveFormat.RAW && promised.isNamedBy(image.fileName())) {
                    throw new DriveException(image + ": is named as a " + promised.driver()
                            + " image and is none; it may be damaged. If it is a plain disk, add --format=raw");
                }
            }
            return detected;
        }
        if (UNMISTAKABLE.contains(stated) && detected != stated) {
            throw new DriveException(image + ": is not in " + stated.driver() + " format; it looks like "
                    + detected.driver() + ". It may be damaged, or --format wrong");
        }
        return stated;
    }

    private static void requireHarmless(ImageStorage image, DriveFormat detected, ImageReferences references)
            throws DriveException {
        String target = references.first();
        if (target != null && !detected.isNamedBy(image.fileName())) {
            String format = detected.driver();
            throw new DriveException(
                    image + ": looks like a " + format + " image that refers to another file, " + target
                            + ". A guest can forge that, so it is followed only if you say so: if you trust this image, add"
                            + " --format=" + format + "; if it is a plain disk, add --format=raw");
        }
    }

    private DriveImage follow(
            ImageStorage storage, DriveFormat format, ImageHeader header, DiskSizes sizes, Set<Path> above)
            throws IOException, InterruptedException {
        ImageReferences references = header.references();
        for (String extent : references.extents()) {
            require(storage, extent, "extent");
        }
        ImageFile data = references.data() == null ? null : require(storage, references.data(), "data file");
        DriveImage backing = null;
        if (references.backing() != null) {
            ImageFile backingFile = require(storage, references.backing(), "backing file");
            String recorded = references.backingFormat();
            backing = open(backingFile, recorded == null ? null : named(recorded, backingFile), null, above);
        }
        long size = header.virtualSizeBytes();
        if (size == ImageHeader.UNKNOWN_SIZE) {
            // It is opened alone, and then there is no option for what is below.
            size = sizes.virtualSize(new DriveImage(storage, format, 0, data, null));
        }
        return new DriveImage(storage, format, roundUp(size), data, backing);
    }

    private static ImageFile require(ImageStorage image, String name, String role) throws IOException {
        Path file = ImageFiles.resolve(image.requireFile(name).path(), name, role);
        ImageFiles.requireUsable(file, image + ": its " + role + " " + file);
        return ImageFile.of(file);
    }

    private static long roundUp(long size) {
        return (size + SECTOR_BYTES - 1) & -SECTOR_BYTES;
    }
}
