// What the files about questions share; internal to the engine.
#pragma once
#include <string>
#include <vector>

#include "bot/core/engine/handlers.h"

namespace muster {

std::string person_name(const CoreConfig& config, const std::string& id);  // safe to show
std::string question_state(const std::string& language, const CoreConfig& config, const Question& question);
Section question_fields(const std::string& language, const CoreConfig& config, const Question& question);
std::vector<std::string> approvers_of(const CoreConfig& config, const std::string& group, const std::string& asker);
// Nobody else is to know that it was asked: of `unseal`, its asker and those who may answer.
bool is_sealed(const Question& question);
bool may_read(const Call& call, const Question& question);
Outcome ask_to_unseal(Call& call, const Verdict& verdict);
void edit_question(Work& work, const Question& question);  // the message that asked shows how it stands
void close_question(Work& work, const Question& question, Entry entry, const std::string& status,
                    const std::string& reason);

}  // namespace muster
