using Steering.Policies;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Sandbox.Bundle;
using Steering.Sandbox.Dials;

namespace Steering.Cli.Demo;

/// <summary>The model, autoencoders and policies that are shown.</summary>
/// <param name="ModelFolder">Socketed folder of a sandbox model.</param>
/// <param name="Saes">Folders of autoencoders by the id that policies name them by.</param>
/// <param name="Policies">Policy files by name.</param>
internal sealed record DemoSource(string ModelFolder, IReadOnlyDictionary<string, string> Saes, IReadOnlyDictionary<string, string> Policies)
{
    /// <summary>The bundled sandbox.</summary>
    public static DemoSource Of(SandboxBundle bundle) => new(bundle.ModelFolder, bundle.Saes, bundle.Policies);

    /// <summary>A folder with <c>model</c>, <c>saes</c> and <c>policies</c>, as a bundle is laid out.</summary>
    /// <exception cref="SteeringException">One of them is not there.</exception>
    public static DemoSource Open(string folder)
    {
        var (model, saes, policies) = (Path.Combine(folder, "model"), Path.Combine(folder, "saes"), Path.Combine(folder, "policies"));
        foreach (var part in (string[])[model, saes, policies])
        {
            if (!Directory.Exists(part))
            {
                throw new SteeringException($"{folder} has no folder '{Path.GetFileName(part)}'. A sandbox of your own needs three: model (made by 'steer import --sites all'), saes (one folder for each autoencoder) and policies (JSON files).");
            }
        }

        return new DemoSource(
            model,
            Directory.EnumerateDirectories(saes).ToDictionary(path => Path.GetFileName(path), StringComparer.Ordinal),
            Directory.EnumerateFiles(policies, "*.json").ToDictionary(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal));
    }

    /// <summary>The policies that turn a dial of the sandbox, in the order in which they are shown.</summary>
    /// <exception cref="SteeringException">There is none.</exception>
    public IReadOnlyList<(SandboxDial Dial, SteeringPolicy Policy)> Dials()
    {
        (SandboxDial Dial, SteeringPolicy Policy)[] dials =
        [
            .. Policies.Keys
                .Select(name => SandboxDial.Find(name))
                .OfType<SandboxDial>()
                .OrderBy(dial => dial.Name switch { "friendly" => 0, "rude" => 1, "reflect" => 3, _ => 2 }).ThenBy(dial => dial.Name, StringComparer.Ordinal)
                .Select(dial => (dial, SteeringPolicy.Load(Policies[dial.Name]))),
        ];
        return dials.Length > 0
            ? dials
            : throw new SteeringException($"There is no policy to show: a dial of the sandbox is called friendly, rude, reflect or by a topic, and the policies here are {string.Join(", ", Policies.Keys.Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}.");
    }

    /// <summary>The autoencoders that policies name, loaded.</summary>
    /// <exception cref="SteeringException">One is not there, or damaged.</exception>
    public IReadOnlyDictionary<string, SparseAutoencoder> LoadSaes(IEnumerable<SteeringPolicy> policies) =>
        policies.SelectMany(policy => policy.Interventions)
            .Select(intervention => (intervention.Target as FeatureTarget)?.Sae)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(
                id => id,
                id => SaeFolder.Load(Saes.TryGetValue(id, out var folder) ? folder : throw new SteeringException($"A policy names the autoencoder '{id}', and there are {string.Join(", ", Saes.Keys.Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}.")),
                StringComparer.Ordinal);
}
