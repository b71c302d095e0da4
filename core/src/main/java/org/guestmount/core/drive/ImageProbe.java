package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    /** @param searchPath where qemu-img is looked for, when it is needed */
    public ImageProbe(List<Path> searchPath) {
        qemuImg = new QemuImg(searchPath);
    }

    /**
     * Checks a drive.
     *
     * @throws DriveException if it cannot be used: it or a file it leads to is missing, a directory, unreadable, not
     *     writable though it should be, empty, damaged, of unknown format, or must not be followed
     */
    public DriveImage probe(Drive drive) throws DriveException, InterruptedException {
        Path file = drive.file().toAbsolutePath();
        DriveFormat format = drive.format() == null ? null : named(drive.format(), file);
        ImageFiles.requireUsable(file, file.toString());
        if (!drive.readOnly() && !Files.isWritable(file)) {
            throw new DriveException(file + ": you may not write to it; to only read it, add --ro");
        }
        return open(file, format, new HashSet<>());
    }

    private static DriveFormat named(String name, Path file) throws DriveException {
        return DriveFormat.named(name)
                .orElseThrow(() ->
                        new DriveException(file + ": unknown format '" + name + "'; known are " + DriveFormat.names()));
    }

    /**
     * Opens an image of a chain.
     *
     * @param stated the format that the user or the image above says it has; null if nobody said
     * @param above the real paths of the images above it
     */
    private DriveImage open(Path file, @Nullable DriveFormat stated, Set<Path> above)
            throws DriveException, InterruptedException {
        try (ImageReader reader = new ImageReader(file)) {
            if (!above.add(file.toRealPath()) || above.size() > MAX_CHAIN) {
                throw new DriveException(file + ": its chain of backing files never ends");
            }
            if (reader.size() == 0) {
                throw new DriveException(file + ": is empty");
            }
            DriveFormat format = format(file, stated, FormatDetector.detect(reader, file.toString()));
            ImageHeader header = ImageHeader.read(format, reader);
            if (stated == null) {
                requireHarmless(file, format, header.references());
            }
            return follow(file, format, header, above);
        } catch (DriveException e) {
            throw e;
        } catch (IOException e) {
            throw new DriveException(file + ": " + e.getMessage(), e);
        }
    }

    private static DriveFormat format(Path file, @Nullable DriveFormat stated, DriveFormat detected)
            throws DriveException {
        if (stated == null) {
            for (DriveFormat promised : UNMISTAKABLE) {
                if (detected == DriveFormat.RAW && promised.isNamedBy(file.toString())) {
                    throw new DriveException(file + ": is named as a " + promised.driver()
                            + " image and is none; it may be damaged. If it is a plain disk, add --format=raw");
                }
            }
            return detected;
        }
        if (UNMISTAKABLE.contains(stated) && detected != stated) {
            throw new DriveException(file + ": is not in " + stated.driver() + " format; it looks like "
                    + detected.driver() + ". It may be damaged, or --format wrong");
        }
        return stated;
    }

    private static void requireHarmless(Path file, DriveFormat detected, ImageReferences references)
            throws DriveException {
        String target = references.first();
        if (target != null && !detected.isNamedBy(file.toString())) {
            String format = detected.driver();
            throw new DriveException(file + ": looks like a " + format + " image that refers to another file, " + target
                    + ". A guest can forge that, so it is followed only if you say so: if you trust this image, add"
                    + " --format=" + format + "; if it is a plain disk, add --format=raw");
        }
    }

    private DriveImage follow(Path file, DriveFormat format, ImageHeader header, Set<Path> above)
            throws IOException, InterruptedException {
        ImageReferences references = header.references();
        for (String extent : references.extents()) {
            require(file, extent, "extent");
        }
        Path data = references.data() == null ? null : require(file, references.data(), "data file");
        DriveImage backing = null;
        if (references.backing() != null) {
            Path backingFile = require(file, references.backing(), "backing file");
            String recorded = references.backingFormat();
            backing = open(backingFile, recorded == null ? null : named(recorded, backingFile), above);
        }
        boolean isBlockDevice = ImageFiles.isBlockDevice(file);
        long size = header.virtualSizeBytes();
        if (size == ImageHeader.UNKNOWN_SIZE) {
            // qemu-img opens this image alone, and then knows no option for what is below.
            DriveImage alone = new DriveImage(file, format, isBlockDevice, 0, data, null);
            size = qemuImg.virtualSize(alone.sharedNode());
        }
        return new DriveImage(file, format, isBlockDevice, roundUp(size), data, backing);
    }

    private static Path require(Path image, String name, String role) throws IOException {
        Path file = ImageFiles.resolve(image, name, role);
        ImageFiles.requireUsable(file, image + ": its " + role + " " + file);
        return file;
    }

    private static long roundUp(long size) {
        return (size + SECTOR_BYTES - 1) & -SECTOR_BYTES;
    }
}
