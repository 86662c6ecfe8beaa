using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.AI;
using Steering;
using Steering.Chat.Toxicity;
using Steering.Sandbox.Bundle;
using ToxicityMiddleware;

var builder = WebApplication.CreateBuilder(args);

// The sandbox: a small model that this package carries. With a model of your own: AddSteering(builder.Configuration.GetSection("Steering")).
var sandbox = SandboxBundle.Open();
builder.Services.AddSteering(sandbox.AddTo);
var filter = builder.Configuration.GetSection("Filter").Get<FilterSettings>() ?? new FilterSettings();
builder.Services.AddSingleton(provider => SandboxWatch.Create(provider.GetRequiredService<SteeringEngine>(), filter.FalsePositiveRate));

// 1. Our model: the filter works inside the decoding, and can go back and say it differently.
builder.Services.AddSteeredChatClient(options => options.MaxOutputTokens = 128)
    .UseToxicityFilter((services, options) =>
    {
        options.Watches.Add(services.GetRequiredService<ToxicityWatch>());
        options.Action = filter.Action;
        options.Policy = filter.Action is ToxicityFilterAction.Rewind or ToxicityFilterAction.Attenuate ? filter.Policy : null;
        options.HoldBack = filter.HoldBack;
        options.StopMessage = filter.StopMessage;
    });

// 2. Any other model: the same filter as a guard. EchoClient stands for a client of OpenAI, Ollama, …
builder.Services.AddKeyedChatClient("guarded", new EchoClient())
    .UseToxicityFilter((services, options) =>
    {
        options.Watches.Add(services.GetRequiredService<ToxicityWatch>());
        options.Action = ToxicityFilterAction.Stop;
        options.HoldBack = filter.HoldBack;
        options.StopMessage = filter.StopMessage;
    });

builder.Services.ConfigureHttpJsonOptions(options =>
{
    options.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
    options.SerializerOptions.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
});

var app = builder.Build();
app.MapPost("/chat", (ChatRequest request, IChatClient chat, CancellationToken cancellation) => Stream(chat, request, cancellation));
app.MapPost("/guarded", (ChatRequest request, [FromKeyedServices("guarded")] IChatClient chat, CancellationToken cancellation) => Stream(chat, request, cancellation));
try
{
    await app.RunAsync();
    return 0;
}
catch (SteeringException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    Console.Error.WriteLine($"{exception.Message} Give another port, as in --urls http://127.0.0.1:5080, or end the program that has this one.");
    return 1;
}

// One JSON object for each piece of text, and a last one with what the filter did.
static async IAsyncEnumerable<ChatPart> Stream(IChatClient chat, ChatRequest request, [EnumeratorCancellation] CancellationToken cancellation)
{
    var options = new ChatOptions { Temperature = request.Temperature, Seed = request.Seed };
    await foreach (var update in chat.GetStreamingResponseAsync([.. request.Messages.Select(message => new ChatMessage(new ChatRole(message.Role), message.Content))], options, cancellation))
    {
        if (update.Text.Length > 0)
        {
            yield return new ChatPart(update.Text);
        }

        if (update.GetToxicityReport() is { } report)
        {
            yield return new ChatPart(string.Empty, update.FinishReason?.Value, report);
        }
    }
}
