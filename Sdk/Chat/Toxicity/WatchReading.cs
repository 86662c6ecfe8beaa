namespace Steering.Chat.Toxicity;

/// <summary>What the watches say of one position.</summary>
/// <param name="Exceeds">Whether a watch is above its on level, or not a number.</param>
/// <param name="Low">Whether every watch is at or below its off level.</param>
/// <param name="Watch">Index of the watch furthest above its on level, or nearest to it.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct WatchReading(bool Exceeds, bool Low, int Watch, float Value);
