using Steering.Cli.Terminal;
using Steering.Sandbox.Bundle;

namespace Steering.Cli.CommandLine;

/// <summary>
/// What the names of the bundled sandbox stand for: <c>sandbox</c> for its model, <c>sandbox/late-topk</c> for what
/// belongs to it, and beside that model its autoencoders' and policies' bare names. The bundle goes before a folder of the
/// same name, which is <c>./sandbox</c>; a bare name that is a file or folder too is refused.
/// </summary>
/// <param name="console">Opens the bundle, and is told where a folder of the same name lies.</param>
internal sealed class SandboxNames(CliConsole console)
{
    private const string Prefix = SandboxBundle.Name + "/";

    /// <summary>The bundle, laid out at its first use.</summary>
    /// <exception cref="SteeringException">This build carries none, or it cannot be laid out.</exception>
    public SandboxBundle Bundle => console.Sandbox;

    /// <summary>Whether the name is that of the bundled model.</summary>
    public static bool IsModel(string given) => string.Equals(given, SandboxBundle.Name, StringComparison.Ordinal);

    /// <summary>The model folder of a name; any other path stays as it is.</summary>
    public string Model(string given) => IsModel(given) ? Noting(Bundle.ModelFolder) : given;

    /// <summary>The checkpoint of a name; any other path stays as it is.</summary>
    public string Checkpoint(string given) => IsModel(given) ? Noting(Bundle.CheckpointFolder) : given;

    /// <summary>The folder of an autoencoder's name; any other path stays as it is.</summary>
    /// <param name="given">The name or path.</param>
    /// <param name="beside">Whether it is given for the sandbox model, so that bare names count.</param>
    /// <exception cref="SteeringException">There is none of that name, or the name is a path too.</exception>
    public string Sae(string given, bool beside = false) => NamedSae.SplitSite(given) is ({ } folder, { } site) && !Path.Exists(given)
        ? throw new SteeringException($"'{given}' names the site {site}, which does not matter here: the SAE is {folder}.")
        : Entry(given, beside, "an autoencoder", bundle => bundle.Saes, (bundle, name) => bundle.Sae(name));

    /// <summary>The file of a policy's name; any other path stays as it is.</summary>
    /// <param name="given">The name or path.</param>
    /// <param name="beside">Whether it is given for the sandbox model, so that bare names count.</param>
    /// <exception cref="SteeringException">There is none of that name, or the name is a path too.</exception>
    public string Policy(string given, bool beside = false) => Entry(given, beside, "a policy", bundle => bundle.Policies, (bundle, name) => bundle.Policy(name));

    /// <summary>The folder or file of any name of the sandbox; any other path stays as it is.</summary>
    /// <exception cref="SteeringException">There is nothing of that name.</exception>
    public string Any(string given) =>
        IsModel(given) ? Model(given)
        : !given.StartsWith(Prefix, StringComparison.Ordinal) ? given
        : Bundle.Policies.TryGetValue(given[Prefix.Length..], out var policy) ? policy
        : Bundle.Saes.TryGetValue(given[Prefix.Length..], out var sae) ? sae
        : throw new SteeringException($"The sandbox has nothing called '{given[Prefix.Length..]}'; it has {string.Join(", ", Bundle.Saes.Keys.Concat(Bundle.Policies.Keys).DefaultIfEmpty("only its model"))}.");

    /// <summary>Refuses the bundled model's name for a folder that is to be made.</summary>
    /// <exception cref="UsageException">It is that name.</exception>
    public static string Destination(string given) => IsModel(given)
        ? throw new UsageException($"'{given}' is the name of the bundled model; a folder of that name would not be found by it. Choose another name, or write ./{given}.")
        : given;

    private string Noting(string path)
    {
        if (Directory.Exists(SandboxBundle.Name))
        {
            console.Error.WriteLine($"note: '{SandboxBundle.Name}' is the bundled model; the folder of that name here is ./{SandboxBundle.Name}");
        }

        return path;
    }

    private string Entry(string given, bool beside, string kind, Func<SandboxBundle, IReadOnlyDictionary<string, string>> entries, Func<SandboxBundle, string, string> find)
    {
        if (given.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Noting(find(Bundle, given[Prefix.Length..]));
        }

        if (IsModel(given))
        {
            throw new SteeringException($"'{given}' is a model, and {kind} was expected, as in {string.Join(", ", entries(Bundle).Keys.Select(name => Prefix + name).DefaultIfEmpty("DIR"))}. A folder of that name is ./{given}.");
        }

        if (given.AsSpan().ContainsAny('/', '\\'))
        {
            return given;
        }

        if (!beside)
        {
            return Path.Exists(given) || !entries(Bundle).ContainsKey(given)
                ? given
                : throw new SteeringException($"{given} does not exist here; {kind} of the sandbox has that name: {Prefix}{given}.");
        }

        var exists = Path.Exists(given);
        return !entries(Bundle).ContainsKey(given)
            ? exists ? given : find(Bundle, given)
            : exists
                ? throw new SteeringException($"'{given}' is {kind} of the sandbox, and there is a file or folder of that name here. Write {Prefix}{given} for the sandbox's, ./{given} for the other.")
                : find(Bundle, given);
    }
}
