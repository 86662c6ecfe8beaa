using System.ComponentModel.DataAnnotations;
using Steering.Decoding;

namespace Steering.Chat;

/// <summary>What a <see cref="SteeredChatClient"/> does where a request says nothing.</summary>
public sealed class SteeredChatClientOptions
{
    /// <summary>Default of <see cref="MaxOutputTokens"/>.</summary>
    public const int DefaultMaxOutputTokens = 512;

    /// <summary>Largest number of tokens of a reply, at least 1; lowered where the model's context leaves less. Default: 512.</summary>
    [Range(1, int.MaxValue)]
    public int MaxOutputTokens { get; set; } = DefaultMaxOutputTokens;

    /// <summary>How tokens are chosen. Default: greedy.</summary>
    public SamplingOptions Sampling { get; set; } = SamplingOptions.Greedy;

    /// <summary>Name of the policy that steers requests that choose none; null leaves them unsteered.</summary>
    public string? DefaultPolicy { get; set; }
}
