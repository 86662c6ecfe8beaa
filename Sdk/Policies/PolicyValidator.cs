using System.Globalization;
using System.Text;

namespace Steering.Policies;

/// <summary>Checks a policy for everything that can be told without a model, however the policy was made.</summary>
internal static class PolicyValidator
{
    private const int LongestName = 200;
    private const int LongestDescription = 10_000;
    private const int LongestPath = 4096;

    public static string WrongVersion(int version) =>
        $"this library reads version {SteeringPolicy.CurrentVersion} of the policy format, not {version}; use a policy of version {SteeringPolicy.CurrentVersion}, or the release of Steering that wrote this one.";

    public static void Check(SteeringPolicy policy, ProblemList problems)
    {
        if (policy.Version != SteeringPolicy.CurrentVersion)
        {
            problems.Add("version", WrongVersion(policy.Version));
        }

        CheckText("name", policy.Name, LongestName, problems);
        if (policy.Description is not null && policy.Description.Length > LongestDescription)
        {
            problems.Add("description", $"{policy.Description.Length} characters are too many; at most {LongestDescription} are allowed.");
        }

        foreach (var (id, reference) in policy.Saes)
        {
            var path = $"saes.{PolicyElement.Shorten(id)}";
            CheckText(path, id, LongestName, problems);
            CheckText(path, reference.Path, LongestPath, problems);
            if (reference.Site is not null)
            {
                CheckText($"{path}.site", reference.Site, LongestName, problems);
            }
        }

        if (policy.Interventions.Count > SteeringPolicy.MaximumInterventions)
        {
            problems.Add("interventions", $"{policy.Interventions.Count} interventions are too many; at most {SteeringPolicy.MaximumInterventions} are allowed.");
            return;
        }

        for (var index = 0; index < policy.Interventions.Count; index++)
        {
            InterventionValidator.Check(policy.Interventions[index], string.Create(CultureInfo.InvariantCulture, $"interventions[{index}]"), problems);
        }
    }

    /// <summary>Checks that a text is there, printable, well-formed and not too long.</summary>
    public static void CheckText(string path, string? text, int longest, ProblemList problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            problems.Add(path, "the text is empty.");
        }
        else if (text.Length > longest)
        {
            problems.Add(path, $"{text.Length} characters are too many; at most {longest} are allowed.");
        }
        else if (text.Any(char.IsControl) || !IsWellFormed(text))
        {
            problems.Add(path, "the text holds control characters or half of a surrogate pair.");
        }
    }

    /// <summary>Checks the name of an intervention or a callback.</summary>
    public static void CheckName(string path, string? name, ProblemList problems) => CheckText(path, name, LongestName, problems);

    private static bool IsWellFormed(string text)
    {
        for (var index = 0; index < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, index, out var rune))
            {
                return false;
            }

            index += rune.Utf16SequenceLength;
        }

        return true;
    }
}
