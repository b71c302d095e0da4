package org.guestmount.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.guestmount.cache.writebehind.Knowledge;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.TreeChange;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what the guest told of names, attributes, link targets, xattrs and listings, and asks it again only for
 * what this object's own operations have changed since, so it has to be the only one through which the guest's
 * filesystems are changed, and be made after the last of them was mounted.
 *
 * <p>Two things that the guest changes by itself may be as old as {@link CacheConfig#ttl}: a time of access, and the
 * number of blocks of a file whose data is being written out.
 *
 * <p>Errors answered from memory carry the same errno as the guest's.
 */
public final class CachingFilesystem extends ForwardingGuestFilesystem implements Knowledge {
    private final GuestFilesystem guest;
    private final @Nullable CachedFilesystem cached;

    public CachingFilesystem(GuestFilesystem guest, CacheConfig config) {
        this(guest, config, Ticker.systemTicker());
    }

    /** With a clock for {@link CacheConfig#ttl}, in nanoseconds. */
    CachingFilesystem(GuestFilesystem guest, CacheConfig config, Ticker ticker) {
        this(guest, config.ttl().isZero() ? null : new CachedFilesystem(guest, new TreeCache(config, ticker)));
    }

    private CachingFilesystem(GuestFilesystem guest, @Nullable CachedFilesystem cached) {
        super(cached == null ? guest : cached);
        this.guest = guest;
        this.cached = cached;
    }

    /** Whether the names in a directory are all known. */
    boolean knowsListing(GuestPath path) {
        return cached != null && cached.knowsListing(path);
    }

    @Override
    public boolean knowsMissing(GuestPath path) {
        return cached != null && cached.knowsMissing(path);
    }

    @Override
    public @Nullable FileAttributes knownAttributes(GuestPath path) {
        return cached == null ? null : cached.knownAttributes(path);
    }

    @Override
    public @Nullable List<String> knownNames(GuestPath directory) {
        return cached == null ? null : cached.knownNames(directory);
    }

    @Override
    public boolean isOpen(InodeKey inode) {
        return cached != null && cached.isOpen(inode);
    }

    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        return (cached == null ? guest : cached).changeLater(changes);
    }
}
