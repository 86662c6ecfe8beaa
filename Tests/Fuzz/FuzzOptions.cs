using System.Globalization;

namespace Steering.Fuzz;

/// <summary>Command line of the long run.</summary>
/// <param name="Targets">Targets to run, in order.</param>
/// <param name="Inputs">Inputs each.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Replay">An input to run once more instead, or null.</param>
internal sealed record FuzzOptions(IReadOnlyList<string> Targets, long Inputs, ulong Seed, string? Replay)
{
    private const string Usage = "usage: [--target NAME]… [--inputs N] [--seed N] [--replay FILE]";

    /// <summary>Reads the words of the command line.</summary>
    /// <exception cref="ArgumentException">A word is unknown, lacks its value, or its value is no number.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> words)
    {
        var targets = new List<string>();
        var (inputs, seed, replay) = (1_000_000L, 1UL, (string?)null);
        for (var i = 0; i < words.Count; i += 2)
        {
            var value = i + 1 < words.Count ? words[i + 1] : throw new ArgumentException($"'{words[i]}' lacks its value; {Usage}", nameof(words));
            switch (words[i])
            {
                case "--target":
                    targets.Add(value);
                    break;
                case "--inputs" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out inputs) && inputs > 0:
                case "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed):
                    break;
                case "--replay":
                    replay = value;
                    break;
                default:
                    throw new ArgumentException($"'{words[i]} {value}' is not understood; {Usage}", nameof(words));
            }
        }

        return replay is null || targets.Count == 1
            ? new FuzzOptions(targets.Count > 0 ? targets : [.. FuzzTargets.Names], inputs, seed, replay)
            : throw new ArgumentException($"--replay needs exactly one --target; {Usage}", nameof(words));
    }
}
