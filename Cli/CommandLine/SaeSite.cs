using System.CommandLine;
using Steering.Export.Cuts;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Cli.CommandLine;

/// <summary>Finds the site whose residual stream an SAE reads.</summary>
/// <param name="sae">The SAE as the command line names it, as in <c>sae-l15</c> or <c>sae-l15@15</c>.</param>
internal sealed class SaeSite(Func<ParseResult, string> sae)
{
    private readonly Option<string?> _site = Values.Path("--site", "Site of the SAE where its own configuration names none.", "S");
    private readonly Option<bool> _other = OtherModel();

    /// <summary>The option that accepts what was made on another model.</summary>
    public static Option<bool> OtherModel() => new("--allow-other-model") { Description = "Accept an SAE made on another model of the same width, as on a fine-tune; other precisions of the same checkpoint need no option." };

    /// <summary>Adds the options to a command.</summary>
    public SaeSite AddTo(Command command)
    {
        command.Options.Add(_site);
        command.Options.Add(_other);
        return this;
    }

    /// <summary>Whether an SAE of another model is accepted.</summary>
    public bool AllowsOtherModel(ParseResult parsed) => parsed.GetValue(_other);

    /// <summary>The site given by the user, or the one that the SAE's own configuration names.</summary>
    /// <exception cref="SteeringException">Neither is known, or the SAE does not belong to the model.</exception>
    public string Require(ParseResult parsed, SparseAutoencoder autoencoder, SocketManifest? manifest, string folder) =>
        Require(autoencoder, Given(parsed), manifest, folder, parsed.GetValue(_other));

    /// <summary>The site on a model that is cut there, so that it needs no socket.</summary>
    /// <exception cref="SteeringException">No site is known, the model lacks it, or the SAE does not belong to the model.</exception>
    public string Require(ParseResult parsed, SparseAutoencoder autoencoder, SiteCut cut) => Require(autoencoder, Given(parsed), cut, parsed.GetValue(_other));

    /// <summary>As above, of options that a command reads itself.</summary>
    /// <exception cref="SteeringException">No site is known, the model lacks it, or the SAE does not belong to the model.</exception>
    public static string Require(SparseAutoencoder sae, string? site, SiteCut cut, bool allowOtherModel)
    {
        var given = site is null ? null : SiteName.Full(site);
        if (sae.HiddenSize != cut.HiddenSize)
        {
            throw new SteeringException(FormattableString.Invariant($"{sae.Source}: the autoencoder reads vectors of width {sae.HiddenSize}, the residual stream of {cut.Folder} has width {cut.HiddenSize}; use an autoencoder made on this model."));
        }

        if (given is not null && sae.Site is { } own && own != given)
        {
            throw new SteeringException($"{sae.Source}: the autoencoder belongs to site '{own}', not to '{given}'.");
        }

        if (!allowOtherModel)
        {
            CheckModel(sae, cut);
        }

        return cut.Name(given ?? sae.Site ?? throw new SteeringException($"{sae.Source}: the autoencoder does not say where it belongs{(sae.HookName is { } hook ? $" ('{hook}' is no residual stream after a block)" : string.Empty)}; name the site with --site, as in --site resid_post.15."));
    }

    /// <summary>The site of an SAE on a model.</summary>
    /// <exception cref="SteeringException">It is not known, or the SAE does not belong to the model.</exception>
    public static string Require(SparseAutoencoder sae, string? site, SocketManifest? manifest, string folder, bool allowOtherModel) =>
        manifest is null
            ? throw new SteeringException($"{folder} has no sockets, so its residual stream cannot be read. Make a socketed folder with 'steer socket {folder} OUT --sites …'.")
            : SaeModelMatch.Check(sae, manifest, site, allowOtherModel);

    /// <summary>The one site of two places that may give it.</summary>
    /// <exception cref="UsageException">Both do, and they differ.</exception>
    public static string? OneOf(string? option, string? behind)
    {
        var full = option is null ? null : SiteName.Full(option);
        return full is null || behind is null || full == behind
            ? full ?? behind
            : throw new UsageException($"--site says {full}, and behind the SAE stands @{behind}; give one of them.");
    }

    private string? Given(ParseResult parsed) => OneOf(parsed.GetValue(_site), NamedSae.SplitSite(sae(parsed)).Site);

    private static void CheckModel(SparseAutoencoder sae, SiteCut cut)
    {
        if (File.Exists(Path.Combine(cut.Folder, SocketManifest.FileName)))
        {
            ModelIdentity.Check(sae.Source, sae.ModelName, sae.ModelSha256, SocketManifestFile.Load(cut.Folder));
        }
        else if (sae.ModelSha256 is { } made)
        {
            cut.Check(sae.Source, made);
        }
    }
}
