package org.guestmount.fuse.kernel;

import java.util.List;

/**
 * How a mount is served.
 *
 * @param mountpoint absolute
 * @param mountOptions as libfuse takes each after {@code -o}, commas within one escaped
 * @param view how inodes are shown
 * @param limits what is agreed with the kernel
 * @param onlyUser besides root the only user whose requests are served; null for whomever the kernel lets through
 * @param traced whether each request is logged
 */
public record SessionConfig(
        String mountpoint,
        List<String> mountOptions,
        AttributeView view,
        Limits limits,
        @org.jspecify.annotations.Nullable Integer onlyUser,
        boolean traced) {
    /**
     * Bounds on what the kernel sends.
     *
     * @param maxWriteBytes the largest write, 4096 to 1 MiB
     * @param maxReadaheadBytes the most the kernel reads ahead
     * @param maxBackground readahead and other requests nobody waits for that are under way at once, 1 to 65535
     * @param congestionThreshold of these, from how many on the kernel holds back more
     * @param asyncRead whether several parts of one file are read at once
     */
    public record Limits(
            int maxWriteBytes, int maxReadaheadBytes, int maxBackground, int congestionThreshold, boolean asyncRead) {}
}
