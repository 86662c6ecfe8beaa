using System.Globalization;
using Steering.Policies;
using Steering.Saes;
using Steering.Sockets;
using Steering.Vectors;

namespace Steering.Compilation;

/// <summary>Finds what a policy's targets mean on one model: which latents or directions, at which sites.</summary>
internal sealed class TargetResolver(SocketManifest manifest, SteeringResources resources)
{
    private readonly Dictionary<string, SiteDraft> _sites = manifest.Sites.ToDictionary(site => site.Name, site => new SiteDraft(site), StringComparer.Ordinal);

    /// <summary>The sites with at least one row, by ascending block.</summary>
    public IEnumerable<SiteDraft> Used => _sites.Values.Where(site => site.RowCount > 0).OrderBy(site => site.Site.Block);

    /// <summary>Number of rows at all sites.</summary>
    public int RowCount => _sites.Values.Sum(site => site.RowCount);

    /// <summary>Resolves a target.</summary>
    /// <param name="policy">The policy that names it, or null for one that is only watched.</param>
    /// <param name="target">The target.</param>
    /// <param name="where">Where it stands, for messages.</param>
    public IReadOnlyList<ResolvedTarget> Resolve(SteeringPolicy? policy, InterventionTarget target, string where) => target switch
    {
        FeatureTarget features => ResolveFeatures(policy, features, where),
        DirectionTarget direction => ResolveDirections(policy, direction, where),
        _ => throw new SteeringException($"{where}: {target.GetType().Name} is not a kind of target."),
    };

    private ResolvedLatent[] ResolveFeatures(SteeringPolicy? policy, FeatureTarget target, string where)
    {
        var sae = resources.FindSae(policy, target.Sae, where);
        var latents = sae.Latents;
        var name = Located.At($"{where}, SAE '{sae.Id}'", () => SaeModelMatch.Check(latents, manifest, sae.Site, resources.AllowOtherModel));
        var site = _sites[name];
        foreach (var feature in target.Features)
        {
            if (feature >= latents.LatentCount)
            {
                throw new UnknownNameException(NamedKind.Feature, Text($"{sae.Id}#{feature}"), [], Text($"{where}: there is no feature {feature}; the SAE '{sae.Id}' ({latents.Source}) has the features 0 to {latents.LatentCount - 1}."));
            }
        }

        return [.. target.Features.Select(feature => new ResolvedLatent(site, Text($"{sae.Id}#{feature}"), sae, feature))];
    }

    private ResolvedDirection[] ResolveDirections(SteeringPolicy? policy, DirectionTarget target, string where)
    {
        if (target.Vector is null)
        {
            return [Direction(target.Site!, ValueList<float>.Of(target.Values), "direction", target, where)];
        }

        var label = Path.GetFileNameWithoutExtension(target.Vector);
        var file = resources.FindVectors(policy, target.Vector, where);
        if (!resources.AllowOtherModel)
        {
            Located.At(where, () => ModelIdentity.Check(file.Source, file.ModelName, file.ModelSha256, manifest));
        }

        IEnumerable<SteeringVector> chosen = target.Site is null ? InRange(file.Vectors, target, where) : AtSite(file.Vectors, target, target.Site, where);
        return [.. chosen.Select(vector => Direction(vector.Site, ValueList<float>.Of(vector.Direction.ToArray()), label, target, where))];
    }

    private static SteeringVector[] AtSite(IReadOnlyList<SteeringVector> vectors, DirectionTarget target, string site, string where)
    {
        var chosen = vectors.Where(vector => string.Equals(vector.Site, site, StringComparison.Ordinal)).ToArray();
        return chosen.Length > 0
            ? chosen
            : throw new SteeringException($"{where}: {target.Vector} holds no direction for {site}; it holds {string.Join(", ", vectors.Select(vector => vector.Site))}.");
    }

    /// <summary>The directions whose block lies in the range that the target asks for.</summary>
    private static IEnumerable<SteeringVector> InRange(IReadOnlyList<SteeringVector> directions, DirectionTarget target, string where)
    {
        if (target.FirstBlock is null && target.LastBlock is null)
        {
            return directions;
        }

        var blocks = directions.Select(vector => (Block: BlockOf(vector.Site), Vector: vector)).ToArray();
        var (lowest, highest) = (blocks.Min(entry => entry.Block), blocks.Max(entry => entry.Block));
        var (first, last) = (target.FirstBlock ?? lowest, target.LastBlock ?? highest);
        if (first < lowest || last > highest || first > last)
        {
            throw new SteeringException(Text($"{where}: blocks {first} to {last} were asked for, but {target.Vector} holds directions for the blocks {lowest} to {highest}."));
        }

        return blocks.Where(entry => entry.Block >= first && entry.Block <= last).Select(entry => entry.Vector);
    }

    private static int BlockOf(string site) =>
        int.Parse(site.AsSpan(site.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    private ResolvedDirection Direction(string name, ValueList<float> values, string label, DirectionTarget target, string where)
    {
        var site = FindSite(name, $"{where}: {target} belongs to");
        if (values.Count != site.Site.HiddenSize)
        {
            throw new SteeringException(Text($"{where}: {target} has {values.Count} numbers, but the residual stream of {manifest.ModelName} has {site.Site.HiddenSize} dimensions at {name}; use a direction that was made for this model."));
        }

        return new ResolvedDirection(site, $"{label}@{name}", values, target.Normalize);
    }

    private SiteDraft FindSite(string name, string where) =>
        _sites.TryGetValue(name, out var site)
            ? site
            : throw new UnknownNameException(NamedKind.Site, name, [.. manifest.Sites.Select(known => known.Name)], $"{where} {name}, which has no socket in this folder of {manifest.ModelName}. Its sites: {(manifest.Sites.Count == 0 ? "none" : string.Join(", ", manifest.Sites.Select(known => known.Name)))}. Socket the model again with that site (steer socket --sites).");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary>One feature or one direction at one site of the model.</summary>
/// <param name="Site">The site.</param>
/// <param name="Label">What it is, for people.</param>
internal abstract record ResolvedTarget(SiteDraft Site, string Label)
{
    /// <summary>Identity of what is read or edited at the site.</summary>
    public abstract object Key { get; }

    /// <summary>SAE latent index, or −1 for a direction.</summary>
    public abstract int Feature { get; }
}

/// <summary>One latent.</summary>
internal sealed record ResolvedLatent(SiteDraft Site, string Label, LoadedSae Sae, int Latent) : ResolvedTarget(Site, Label)
{
    public override object Key => (Sae.Latents, Latent);

    public override int Feature => Latent;
}

/// <summary>One direction, as it was given.</summary>
internal sealed record ResolvedDirection(SiteDraft Site, string Label, ValueList<float> Values, bool? Normalize) : ResolvedTarget(Site, Label)
{
    public override object Key => Values;

    public override int Feature => -1;

    /// <summary>The direction as numbers, of unit norm if asked.</summary>
    public float[] Numbers(bool unit) => unit ? Unit.Of(Values.AsSpan()) : Values.AsSpan().ToArray();
}
