using System.CommandLine;
using Steering.Catalogues;
using Steering.Cli.Terminal;
using Steering.Saes.Formats;

namespace Steering.Cli.CommandLine;

/// <summary>Which catalogue a command reads: that of an SAE, a file, or a file that must be that SAE's.</summary>
/// <param name="console">Opens the bundled sandbox.</param>
internal sealed class CatalogueArguments(CliConsole console)
{
    private readonly Option<string?> _sae = Values.Path("--sae", "SAE whose catalogue is read; the catalogue must have been made for it. A folder, or one of the sandbox's, as in sandbox/late-topk.", "DIR");
    private readonly Option<string?> _file = Values.Path("--catalogue", "Catalogue file, where it is not in the SAE's folder.", "FILE");

    /// <summary>Adds the options to a command.</summary>
    public CatalogueArguments AddTo(Command command)
    {
        command.Options.Add(_sae);
        command.Options.Add(_file);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_sae) is not { Implicit: false } && result.GetResult(_file) is not { Implicit: false })
            {
                result.AddError("A catalogue is needed: give --sae DIR or --catalogue FILE.");
            }
        });
        return this;
    }

    /// <summary>Opens the catalogue.</summary>
    /// <exception cref="SteeringException">There is none, or it is not the SAE's.</exception>
    public FeatureCatalogue Open(ParseResult parsed)
    {
        var path = File(parsed);
        if (Sae(parsed) is not { } folder)
        {
            return FeatureCatalogue.Open(path);
        }

        var sae = SaeSource.LoadBare(folder);
        if (NamedSae.SplitSite(parsed.GetValue(_sae)!).Site is { } site && sae.Site is { } own && own != site)
        {
            throw new SteeringException($"{folder}: the autoencoder belongs to site '{own}', not to '{site}'. Leave the site out.");
        }

        return FeatureCatalogue.Open(path, sae);
    }

    /// <summary>The catalogue's path.</summary>
    /// <exception cref="SteeringException">The SAE has no catalogue.</exception>
    public string File(ParseResult parsed) => parsed.GetValue(_file) ?? InFolderOf(Sae(parsed)!);

    /// <summary>The catalogue in an SAE's folder.</summary>
    /// <exception cref="SteeringException">There is no SAE, or it has no catalogue.</exception>
    public static string InFolderOf(string sae)
    {
        var path = Path.Combine(SaeFolder.FolderOf(sae), FeatureCatalogue.FileName);
        return System.IO.File.Exists(path)
            ? path
            : throw new SteeringException($"{sae} has no {FeatureCatalogue.FileName}; make it with 'steer sae eval MODEL {sae} --text FILE --catalogue', or name one with --catalogue FILE.");
    }

    private string? Sae(ParseResult parsed) => parsed.GetValue(_sae) is { } given ? new SandboxNames(console).Sae(NamedSae.SplitSite(given).Folder) : null;
}
