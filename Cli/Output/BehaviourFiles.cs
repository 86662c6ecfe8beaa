using System.Globalization;
using Steering.Analysis.Behaviours;
using Steering.Policies;
using Steering.Vectors;

namespace Steering.Cli.Output;

/// <summary>Behaviours as files: a vector file each, with one tensor a site, and four policies each at the best site.</summary>
internal static class BehaviourFiles
{
    /// <summary>Writes vectors and policies.</summary>
    /// <returns>Names of the policies.</returns>
    /// <exception cref="SteeringException">Two behaviours would have one file name.</exception>
    public static IReadOnlyList<string> Write(string folder, IReadOnlyList<BehaviourFit> fits, BehaviourFit best, string modelName, string modelSha256)
    {
        var policies = new List<string>();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Directory.CreateDirectory(Path.Combine(folder, "vectors"));
        foreach (var name in best.Behaviours.Select(behaviour => behaviour.Name))
        {
            var file = FileName(name);
            if (!taken.Add(file))
            {
                throw new SteeringException($"Two behaviours would be written as '{file}'; give them names that differ in letters or digits.");
            }

            SteeringVector[] vectors =
            [
                .. from fit in fits
                   let vector = fit.Behaviours.First(behaviour => behaviour.Name == name).Vector
                   where vector is not null && fit.Site.StartsWith("resid_post.", StringComparison.Ordinal)
                   select new SteeringVector(fit.Site, vector),
            ];
            if (vectors.Length == 0)
            {
                continue;
            }

            var path = $"vectors/{file}.safetensors";
            VectorFile.Save(Path.Combine(folder, path), new SteeringVectorSet { Source = path, Vectors = vectors, Method = "rise behaviour", ModelName = modelName, ModelSha256 = modelSha256 });
            if (best.Behaviours.First(behaviour => behaviour.Name == name).Sign is { } sign && vectors.Any(vector => vector.Site == best.Site))
            {
                policies.AddRange(Policies(folder, file, Direction.FromFile(path, best.Site) with { Normalize = true }, name, sign));
            }
        }

        return policies;
    }

    /// <summary>The results as they are written to report.json and printed by --json.</summary>
    public static object Describe(string sentence, IReadOnlyList<BehaviourFit> fits, BehaviourFit best, IReadOnlyList<string> policies) => new
    {
        description = sentence,
        policySite = best.Site,
        policies,
        sites = fits.Select(fit => new
        {
            fit.Site,
            fit.Latents,
            fit.ActiveMean,
            fit.TrainingSteps,
            fit.HeldOutSteps,
            fit.LeftOut,
            fit.Silhouette,
            behaviours = fit.Behaviours.Select(behaviour => new { behaviour.Name, behaviour.Steps, behaviour.Latents, behaviour.Hits, behaviour.Sign }),
            fit.Detections,
        }),
    };

    private static IEnumerable<string> Policies(string folder, string file, DirectionTarget target, string behaviour, ProjectionSign sign)
    {
        var measured = string.Create(CultureInfo.InvariantCulture, $"At the ends of steps w·h is {sign.Mean:G4} on average and above 0 at {100 * sign.PositiveShare:F0} % of them; {sign.MeanWith:G4} with the behaviour and {sign.MeanWithout:G4} without.");
        (string Kind, string What, Func<SteeringPolicy, SteeringPolicy> Edit)[] all =
        [
            ("remove", "takes its component out", policy => policy.ProjectionGain(target, 0, Gate.Step, name: behaviour)),
            ("double", $"doubles its component, which moves steps {(sign.GainRaises ? "towards" : "away from")} it", policy => policy.ProjectionGain(target, 2, Gate.Step, name: behaviour)),
            ("more", "adds the difference between steps with it and without", policy => policy.Add(target, (float)sign.Gap, gate: Gate.Step, name: behaviour)),
            ("less", "subtracts that difference", policy => policy.Add(target, (float)-sign.Gap, gate: Gate.Step, name: behaviour)),
        ];
        foreach (var (kind, what, edit) in all)
        {
            var name = $"{file}.{kind}.json";
            edit(SteeringPolicy.Create($"{file}.{kind}") with { Description = $"'{behaviour}' at the ends of steps: {what}. {measured}" }).Save(Path.Combine(folder, name));
            yield return name;
        }
    }

    private static string FileName(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));
}
