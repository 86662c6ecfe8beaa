using System.Globalization;
using System.Text;
using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Analysis.Sources;
using Steering.Analysis.Statistics;
using Steering.Analysis.Windows;
using Steering.Saes;

namespace Steering.Tests.Analysis;

/// <summary>A small harvest: the sandbox over sentences of its own letters.</summary>
internal static class HarvestJob
{
    public const string Site = "resid_post.1";
    public const int Length = 32;

    /// <summary>Eight windows of fp32 rows or sixteen of half as wide ones: whole passes of four, so that <see cref="Expected"/> samples what a harvest does.</summary>
    public const long ShardBytes = 180_000;

    private static readonly string[] Who = ["Tom", "The little girl", "A big dog", "Mum", "The bird"];
    private static readonly string[] Did = ["found", "saw", "wanted", "lost", "ate"];
    private static readonly string[] What = ["a red ball", "the cake", "some flowers", "a small boat", "her hat"];

    /// <summary>Sentences in an order that a seed decides.</summary>
    public static string Text(int sentences, long seed = 1)
    {
        var random = new SeededRandom(seed, 0);
        var text = new StringBuilder();
        for (var sentence = 0; sentence < sentences; sentence++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Who[random.Below(5)]} {Did[random.Below(5)]} {What[random.Below(5)]}.{(random.Below(4) == 0 ? "\n" : " ")}");
        }

        return text.ToString();
    }

    /// <summary>Options over a text in a folder; the factor leaves out some tokens of every window.</summary>
    public static ActivationSourceOptions Options(TemporaryFolder folder, int sentences = 600, long seed = 1, string? modelFolder = null) => new()
    {
        ModelFolder = modelFolder ?? TestModels.Sandbox(),
        Site = Site,
        TextPath = folder.Write("text.txt", Encoding.UTF8.GetBytes(Text(sentences, seed))),
        Windows = new TokenWindowOptions { Length = Length },
        Harvest = new HarvestOptions { Exclusion = new TokenExclusion(FirstPosition: true, MassiveFactor: 1.3f), BatchTokens = 4 * Length, SampleTokens = 10 * Length },
        Seed = 5,
        Passes = 1,
        BufferRows = 500,
    };

    /// <summary>The windows of options.</summary>
    public static TokenWindow[] Windows(ActivationSourceOptions options)
    {
        using var windows = TokenWindows.Load(options.ModelFolder!, options.Windows);
        return [.. windows.Read(TextCorpus.Open(options.TextPath!, options.Corpus with { Chat = options.Windows.Chat }).Read())];
    }

    /// <summary>Windows with given ids.</summary>
    public static TokenWindow[] Windows(params int[][] ids) =>
        [.. ids.Select((window, number) => new TokenWindow { Number = number, Ids = window, Documents = new long[window.Length], Roles = new TokenRole[window.Length] })];

    /// <summary>
    /// The rows by their definition, in the text's order: forward passes of four windows, norms in double precision, the
    /// median of the first twelve windows (ten, up to whole passes) without position 0.
    /// </summary>
    public static (float[] Rows, int FirstPositions, int Massive) Expected(ActivationSourceOptions options)
    {
        using var head = SiteHead.Load(options.ModelFolder!, options.Site!);
        var (width, length) = (head.HiddenSize, options.Windows.Length);
        var windows = Windows(options);
        var all = new float[windows.Length * length * width];
        for (var first = 0; first < windows.Length; first += 4)
        {
            var count = Math.Min(4, windows.Length - first);
            head.Run(windows.Skip(first).Take(count).SelectMany(window => window.Ids).ToArray(), count, length, all.AsSpan(first * length * width, count * length * width));
        }

        double Norm(int token) => Math.Sqrt(Enumerable.Range(token * width, width).Sum(i => (double)all[i] * all[i]));
        var sample = Enumerable.Range(0, 12 * length).Where(token => token % length > 0).Select(Norm).Order().ToArray();
        var limit = options.Harvest.Exclusion.MassiveFactor * ((sample[(sample.Length / 2) - 1] + sample[sample.Length / 2]) / 2);
        var (rows, first0, massive) = (new List<float>(), 0, 0);
        for (var token = 0; token < windows.Length * length; token++)
        {
            if (token % length == 0)
            {
                first0++;
            }
            else if (Norm(token) > limit)
            {
                massive++;
            }
            else
            {
                rows.AddRange(all.AsSpan(token * width, width));
            }
        }

        return ([.. rows], first0, massive);
    }

    /// <summary>Rows of [n, d] as strings of bits, to compare as sets.</summary>
    public static string[] Sorted(ReadOnlySpan<float> rows, int width)
    {
        var texts = new string[rows.Length / width];
        for (var row = 0; row < texts.Length; row++)
        {
            texts[row] = Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(rows.Slice(row * width, width)));
        }

        Array.Sort(texts, StringComparer.Ordinal);
        return texts;
    }
}
