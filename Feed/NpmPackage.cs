namespace Steering.Feed;

/// <summary>One npm package, pinned by the digest of its tarball.</summary>
/// <param name="Name">Name on the npm registry.</param>
/// <param name="Version">Exact version.</param>
/// <param name="Sha512">SHA-512 of the tarball in base64, as npm states it after <c>sha512-</c>.</param>
/// <param name="MaximumBytes">Size in bytes beyond which the tarball is not even hashed.</param>
internal sealed record NpmPackage(string Name, string Version, string Sha512, long MaximumBytes)
{
    public override string ToString() => $"{Name}@{Version}";
}
