namespace Steering.Export.Checkpoints;

/// <summary>Checks between the numbers of a configuration.</summary>
internal static class CheckpointConfigChecks
{
    /// <summary>Returns the configuration when its numbers fit together.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="source">The file it came from.</param>
    /// <exception cref="SteeringException">They do not; the message names them.</exception>
    public static CheckpointConfig Checked(this CheckpointConfig config, string source)
    {
        Require(config.HeadCount % config.KeyValueHeadCount == 0, $"{config.HeadCount} query heads and {config.KeyValueHeadCount} key/value heads; a multiple was expected");
        Require(config.HeadSize > 0, $"hidden size {config.HiddenSize} and {config.HeadCount} heads; at least one element for each head was expected");
        Require((long)config.HeadCount * config.HeadSize <= 1 << 24, $"{config.HeadCount} heads of size {config.HeadSize}; at most {1 << 24} elements together were expected");
        var rotary = config.RopeTheta > 0;
        Require(!rotary || (config.RotarySize > 0 && config.RotarySize % 2 == 0), $"{config.RotarySize} rotary elements in a head of {config.HeadSize}; an even number was expected");
        foreach (var token in config.EosTokenIds.Append(config.BosTokenId ?? 0))
        {
            Require(token < config.VocabularySize, $"the special token {token}, but a vocabulary of {config.VocabularySize}");
        }

        return config;

        void Require(bool condition, string fault)
        {
            if (!condition)
            {
                throw new SteeringException($"{source} is contradictory: it gives {fault}.");
            }
        }
    }
}
