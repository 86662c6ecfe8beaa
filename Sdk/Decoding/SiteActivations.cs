using Steering.Compilation;

namespace Steering.Decoding;

/// <summary>What the rows at a site read at one position.</summary>
/// <param name="Site">Site name.</param>
/// <param name="Rows">What each row is.</param>
/// <param name="Values">[M] activations before the edit.</param>
public sealed record SiteActivations(string Site, IReadOnlyList<ProgramRow> Rows, ReadOnlyMemory<float> Values)
{
    /// <summary>Gives the activations at a site of a policy, the policy's rows first.</summary>
    /// <param name="site">Index into <see cref="CompiledPolicy.Sites"/>.</param>
    internal delegate ReadOnlySpan<float> Reader(int site);

    /// <summary>Copies the activations at each site of a policy.</summary>
    internal static SiteActivations[] Of(CompiledPolicy policy, Reader read)
    {
        var sites = policy.Sites;
        var copies = sites.Count == 0 ? [] : new SiteActivations[sites.Count];
        for (var site = 0; site < copies.Length; site++)
        {
            copies[site] = new SiteActivations(sites[site].Site, sites[site].Rows, read(site)[..sites[site].RowCount].ToArray());
        }

        return copies;
    }
}
