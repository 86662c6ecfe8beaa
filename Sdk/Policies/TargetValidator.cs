using System.Globalization;

namespace Steering.Policies;

/// <summary>Checks what an intervention edits or a gate looks at.</summary>
internal static class TargetValidator
{
    private const int LongestPath = 4096;

    /// <summary>Checks a target.</summary>
    /// <returns>Whether the target is there at all.</returns>
    public static bool Check(InterventionTarget? target, string path, ProblemList problems)
    {
        switch (target)
        {
            case FeatureTarget features:
                CheckFeatures(features, path, problems);
                return true;
            case DirectionTarget direction:
                CheckDirection(direction, path, problems);
                return true;
            default:
                problems.Add(path, "the target is missing; name a feature or a direction.");
                return false;
        }
    }

    private static void CheckFeatures(FeatureTarget target, string path, ProblemList problems)
    {
        if (target.Sae is not null)
        {
            PolicyValidator.CheckName($"{path}.sae", target.Sae, problems);
        }

        if (target.Features.Count is 0 or > SteeringPolicy.MaximumFeatures)
        {
            problems.Add($"{path}.features", $"{target.Features.Count} features were given; expected between 1 and {SteeringPolicy.MaximumFeatures}.");
            return;
        }

        var seen = new HashSet<int>();
        for (var index = 0; index < target.Features.Count; index++)
        {
            var feature = target.Features[index];
            var where = target.Features.Count == 1 ? $"{path}.feature" : string.Create(CultureInfo.InvariantCulture, $"{path}.features[{index}]");
            if (feature < 0)
            {
                problems.Add(where, $"{feature} is not a latent index; features count from 0.");
            }
            else if (!seen.Add(feature))
            {
                problems.Add(where, $"feature {feature} is there twice; name each feature once.");
            }
        }
    }

    private static void CheckDirection(DirectionTarget target, string path, ProblemList problems)
    {
        if (target.Vector is not null && target.Values.Count > 0)
        {
            problems.Add(path, "give either 'vector' (a file) or 'direction' (the numbers), not both.");
        }
        else if (target.Vector is not null)
        {
            CheckVector(target, target.Vector, path, problems);
        }
        else
        {
            CheckInline(target, path, problems);
        }

        if (target.Site is not null)
        {
            PolicyValidator.CheckName($"{path}.site", target.Site, problems);
        }
    }

    private static void CheckVector(DirectionTarget target, string vector, string path, ProblemList problems)
    {
        PolicyValidator.CheckText($"{path}.vector", vector, LongestPath, problems);
        var extension = Path.GetExtension(vector).ToLowerInvariant();
        if (extension is ".pt" or ".pth" or ".bin" or ".pkl")
        {
            problems.Add($"{path}.vector", $"'{PolicyElement.Shorten(vector)}' is a pickle, which can run code when it is read; save the direction as .safetensors.");
        }
        else if (extension is not (".safetensors" or ".gguf"))
        {
            problems.Add($"{path}.vector", $"'{PolicyElement.Shorten(vector)}' is neither a .safetensors nor a .gguf file.");
        }

        if (target.Site is not null && (target.FirstBlock is not null || target.LastBlock is not null))
        {
            problems.Add(path, "give either 'site' or a range of blocks, not both.");
        }

        if (target.FirstBlock < 0)
        {
            problems.Add($"{path}.firstBlock", $"{target.FirstBlock} is not a block; blocks count from 0.");
        }

        if (target.LastBlock < (target.FirstBlock ?? 0))
        {
            problems.Add($"{path}.lastBlock", $"{target.LastBlock} lies before the first block, {target.FirstBlock ?? 0}.");
        }
    }

    private static void CheckInline(DirectionTarget target, string path, ProblemList problems)
    {
        if (target.Values.Count == 0)
        {
            problems.Add($"{path}.direction", "the direction is empty; give its numbers, one for each dimension of the residual stream, or a 'vector' file.");
            return;
        }

        if (target.Site is null)
        {
            problems.Add($"{path}.site", "an inline direction needs a site, as in resid_post.15.");
        }

        if (target.FirstBlock is not null || target.LastBlock is not null)
        {
            problems.Add(path, "'firstBlock' and 'lastBlock' narrow down a vector file; an inline direction belongs to its site.");
        }

        var zero = true;
        for (var index = 0; index < target.Values.Count; index++)
        {
            var value = target.Values[index];
            zero &= value == 0;
            if (!float.IsFinite(value))
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{path}.direction[{index}]"), $"{value.ToString(CultureInfo.InvariantCulture)} is not a finite number.");
                return;
            }
        }

        if (zero)
        {
            problems.Add($"{path}.direction", "every number is 0, so the direction points nowhere.");
        }
    }
}
