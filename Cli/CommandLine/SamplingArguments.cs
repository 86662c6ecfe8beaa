using System.CommandLine;
using Steering.Decoding;

namespace Steering.Cli.CommandLine;

/// <summary>How tokens are chosen and when a completion ends.</summary>
/// <param name="maxTokens">Default of <c>--max-tokens</c>.</param>
/// <param name="stops">Whether the command takes texts that end the completion.</param>
internal sealed class SamplingArguments(int maxTokens, bool stops = true)
{
    private readonly Option<int> _maxTokens = Values.Whole("--max-tokens", "Largest number of tokens to generate.", 1, maxTokens);
    private readonly Option<float?> _temperature = Values.OptionalReal("--temperature", "Softmax temperature; 0 (the default) takes the likeliest token.", 0, 100);
    private readonly Option<int?> _topK = Values.OptionalWhole("--top-k", "Keep the N likeliest tokens.", 1);
    private readonly Option<float?> _topP = Values.OptionalReal("--top-p", "Keep the likeliest tokens whose probabilities sum to X.", float.Epsilon, 1);
    private readonly Option<float?> _penalty = Values.OptionalReal("--repetition-penalty", "Above 1 makes tokens that occurred less likely.", float.Epsilon, 100);
    private readonly Option<int?> _seed = Values.OptionalWhole("--seed", "Seed of the random draws; the same seed gives the same tokens.", 0);
    private readonly Option<string[]> _stop = new("--stop") { Description = "Text that ends the completion; may be repeated.", HelpName = "TEXT", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>Adds the options to a command.</summary>
    public SamplingArguments AddTo(Command command)
    {
        foreach (var option in (Option[])[_maxTokens, _temperature, _topK, _topP, _penalty, _seed])
        {
            command.Options.Add(option);
        }

        if (stops)
        {
            command.Options.Add(_stop);
        }

        return this;
    }

    /// <summary>Largest number of tokens.</summary>
    public int MaxTokens(ParseResult parsed) => parsed.GetValue(_maxTokens);

    /// <summary>Texts that end the completion.</summary>
    public IReadOnlyList<string> StopSequences(ParseResult parsed) => parsed.GetValue(_stop) ?? [];

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling(ParseResult parsed) => SamplingOptions.Greedy with
    {
        Temperature = parsed.GetValue(_temperature) ?? 0,
        TopK = parsed.GetValue(_topK),
        TopP = parsed.GetValue(_topP),
        RepetitionPenalty = parsed.GetValue(_penalty) ?? 1,
        Seed = parsed.GetValue(_seed),
    };
}
