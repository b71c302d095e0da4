package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;

/**
 * What statvfs(3) says of a filesystem.
 *
 * @param blockSize {@code f_bsize}, bytes
 * @param fragmentSize {@code f_frsize}, bytes: the unit of the three block counts
 * @param maxNameBytes longest file name
 */
@Immutable
public record FilesystemStatistics(
        long blockSize,
        long fragmentSize,
        long blocks,
        long freeBlocks,
        long availableBlocks,
        long files,
        long freeFiles,
        long availableFiles,
        int maxNameBytes) {}
