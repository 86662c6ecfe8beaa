using System.CommandLine;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Cli.CommandLine;

/// <summary>Finds the site whose residual stream an SAE reads.</summary>
internal sealed class SaeSite
{
    private readonly Option<string?> _site = Values.Path("--site", "Site of the SAE where its own configuration names none.", "S");
    private readonly Option<bool> _other = OtherModel();

    /// <summary>The option that accepts what was made on another model.</summary>
    public static Option<bool> OtherModel() => new("--allow-other-model") { Description = "Accept an SAE made on another model of the same width, as on a fine-tune." };

    /// <summary>Adds the options to a command.</summary>
    public SaeSite AddTo(Command command)
    {
        command.Options.Add(_site);
        command.Options.Add(_other);
        return this;
    }

    /// <summary>The site given by the user, or the one that the SAE's own configuration names.</summary>
    /// <exception cref="SteeringException">Neither is known, or the SAE does not belong to the model.</exception>
    public string Require(ParseResult parsed, SparseAutoencoder sae, SocketManifest? manifest, string folder)
    {
        var given = parsed.GetValue(_site);
        return Require(sae, given is null ? null : SiteName.Full(given), manifest, folder, parsed.GetValue(_other));
    }

    /// <summary>The site of an SAE on a model.</summary>
    /// <exception cref="SteeringException">It is not known, or the SAE does not belong to the model.</exception>
    public static string Require(SparseAutoencoder sae, string? site, SocketManifest? manifest, string folder, bool allowOtherModel) =>
        manifest is null
            ? throw new SteeringException($"{folder} has no sockets, so its residual stream cannot be read. Make a socketed folder with 'steer socket {folder} OUT --sites …'.")
            : SaeModelMatch.Check(sae, manifest, site, allowOtherModel);
}
