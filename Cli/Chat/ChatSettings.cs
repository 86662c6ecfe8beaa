using Steering.Decoding;

namespace Steering.Cli.Chat;

/// <summary>How replies are made.</summary>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="MaxTokens">Largest number of tokens of a reply.</param>
/// <param name="System">System message, or null.</param>
/// <param name="Raw">Whether the text is continued as it stands, without a chat template.</param>
internal sealed record ChatSettings(SamplingOptions Sampling, int MaxTokens, string? System, bool Raw);
